/** A page for each function: every route with its parameters, its answers, its problems and an example. */
import {
  type Document,
  exampleOf,
  type Operation,
  type Parameter,
  problemsOf,
  resolve,
  type Schema,
} from "./document.ts";
import { typeOf } from "./types.ts";

const WHO: Record<string, string> = {
  user: "A user: `Authorization: Bearer` with their access token.",
  secret: "Maintenance: `apikey` with a secret key.",
  none: "Anybody.",
};

/** Set by the client library of the platform and of no meaning here. */
const HIDDEN = new Set(["forceFunctionRegion"]);

const METHODS = ["get", "post", "put", "patch", "delete"];

export function routesPage(name: string, document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ path, method, operation }];
    })
  );
  return [
    `# ${name}`,
    `Generated from the OpenAPI document of version ${document.info.version} by \`deno task generate\`. ` +
    `\`GET /${name}/_/openapi.json\` has the same, with every schema. [The API](../api.md) explains it.`,
    ...operations.flatMap(({ path, method, operation }) =>
      section(document, path, method, operation)
    ),
    ...types(document),
  ].join("\n\n") + "\n";
}

function section(
  document: Document,
  path: string,
  method: string,
  operation: Operation,
): string[] {
  const parameters = (operation.parameters ?? [])
    .filter(({ name }) => !HIDDEN.has(name));
  return [
    `## ${operation.summary}`,
    `\`${method.toUpperCase()} ${path}\` (\`${operation.operationId}\`)`,
    ...(operation.description ? [operation.description] : []),
    WHO[who(operation)]!,
    ...(parameters.length > 0 ? [parameterTable(document, parameters)] : []),
    ...body(document, operation),
    answerTable(document, operation),
    example(document, path, method, operation, parameters),
  ];
}

function who({ security }: Operation): string {
  const schemes = (security ?? []).flatMap(Object.keys);
  return schemes.includes("user")
    ? "user"
    : schemes.includes("secret")
    ? "secret"
    : "none";
}

function parameterTable(document: Document, parameters: Parameter[]): string {
  return table(
    ["parameter", "in", "type", "meaning"],
    parameters.map((
      { name, in: where, required, schema = {}, description },
    ) => [
      `\`${name}\`${required && where !== "path" ? " (required)" : ""}`,
      where,
      typeOf(document, schema),
      meaning(schema, description),
    ]),
  );
}

function meaning(
  schema: Schema,
  description = schema.description ?? "",
): string {
  return schema.default === undefined
    ? description
    : `${description} Default: \`${JSON.stringify(schema.default)}\`.`.trim();
}

function body(document: Document, { requestBody }: Operation): string[] {
  const [[type, { schema = {} }] = ["", {}]] = Object.entries(
    requestBody?.content ?? {},
  );
  if (type === "") return [];
  const { properties, description } = resolve(document, schema);
  const what = type === "*/*" ? "the bytes, of any type" : `\`${type}\``;
  const heading = `Body: ${what}${requestBody?.required ? "" : ", optional"}.`;
  if (properties === undefined) {
    return [description ? `${heading} ${description}` : heading];
  }
  return [heading, fieldTable(document, resolve(document, schema))];
}

/** A table for each object that the tables above name. */
function types(document: Document): string[] {
  const objects = Object.entries(document.components.schemas ?? {})
    .filter(([name, { properties }]) => name !== "Problem" && properties)
    .sort(([a], [b]) => a < b ? -1 : 1);
  return [
    "## Types",
    ...objects.flatMap(([name, schema]) => [
      `### ${name}`,
      ...(schema.description ? [schema.description] : []),
      fieldTable(document, schema),
    ]),
  ];
}

function fieldTable(
  document: Document,
  { properties = {}, required = [] }: Schema,
): string {
  return table(
    ["field", "type", "meaning"],
    Object.entries(properties).map(([name, field]) => [
      `\`${name}\`${required.includes(name) ? "" : " (optional)"}`,
      typeOf(document, field),
      meaning(field, field.description ?? resolve(document, field).description),
    ]),
  );
}

function answerTable(document: Document, operation: Operation): string {
  const good = Object.entries(operation.responses)
    .filter(([status]) => status < "400")
    .map(([status, response]) => [
      status,
      resolve(document, response).description ?? "",
    ]);
  const bad = Map.groupBy(
    problemsOf(document, operation),
    ({ status }) => status,
  );
  return table(["status", "answer"], [
    ...good,
    ...[...bad].map(([status, problems]) => [
      String(status),
      problems.map(({ code }) => `[\`${code}\`](../errors.md#${code})`).join(
        ", ",
      ),
    ]),
  ]);
}

function example(
  document: Document,
  path: string,
  method: string,
  operation: Operation,
  parameters: Parameter[],
): string {
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name) => {
      const schema = parameters.find((each) => each.name === name)?.schema ??
        {};
      return encodeURIComponent(String(exampleOf(document, schema)));
    },
  );
  const query = parameters
    .filter(({ in: where, required }) => where === "query" && required)
    .map(({ name, schema = {} }) =>
      `${name}=${encodeURIComponent(String(exampleOf(document, schema)))}`
    );
  const url = `"$URL/functions/v1${filled}${
    query.length > 0 ? `?${query.join("&")}` : ""
  }"`;
  const lines = [
    ...(method === "get" || (method === "post" && operation.requestBody)
      ? []
      : [`-X ${method.toUpperCase()}`]),
    ...({
      user: ['-H "Authorization: Bearer $TOKEN"', '-H "apikey: $KEY"'],
      secret: ['-H "apikey: $SECRET_KEY"'],
      none: [],
    }[who(operation)] ?? []),
    ...bodyArguments(document, operation),
  ];
  const call = ["```sh", [`curl ${url}`, ...lines].join(" \\\n  "), "```"].join(
    "\n",
  );
  return [call, ...answer(document, operation)].join("\n\n");
}

function bodyArguments(
  document: Document,
  { requestBody }: Operation,
): string[] {
  const [[type, { schema = {} }] = ["", {}]] = Object.entries(
    requestBody?.content ?? {},
  );
  if (type === "application/json") {
    const value = exampleOf(document, schema, { onlyRequired: true });
    return [
      '-H "Content-Type: application/json"',
      `-d '${JSON.stringify(value).replaceAll("'", "'\\''")}'`,
    ];
  }
  if (type === "multipart/form-data") {
    return ["-F purpose=user_data", "-F file=@notes.md"];
  }
  return type === "" ? [] : [
    '-H "Content-Type: text/markdown"',
    '-H "X-File-Name: notes.md"',
    "--data-binary @notes.md",
  ];
}

/** The body of the first answer that has one in JSON. */
function answer(document: Document, operation: Operation): string[] {
  const [status] = Object.keys(operation.responses).filter((status) =>
    status < "300"
  ).sort();
  const { content = {} } = resolve(
    document,
    operation.responses[status ?? ""] ?? {},
  );
  const schema = content["application/json"]?.schema;
  if (schema === undefined) return [];
  const value = JSON.stringify(exampleOf(document, schema), null, 2);
  return [["```json", value, "```"].join("\n")];
}

function table(head: string[], rows: string[][]): string {
  const cell = (text: string) =>
    text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");
}
