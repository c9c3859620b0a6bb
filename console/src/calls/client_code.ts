/** A request as code for the npm package `supabase-continuum`. */
import type { Call } from "./call.ts";

/** What the path holds: `conversation-history/<id>/<rest>`. */
interface Request {
  method: string;
  fn: string;
  id: string;
  rest: string[];
  query: Record<string, string>;
  body: Record<string, unknown>;
  file: string | null;
}

/** Option names of the package, by the API's. */
const OPTIONS: Record<string, string> = {
  after_position: "afterPosition",
  continuation_id: "continuationId",
  expected_seq: "expectedSeq",
  file_ids: "fileIds",
  head_position: "headPosition",
  max_messages: "maxMessages",
  max_tokens: "maxTokens",
  on_mismatch: "onMismatch",
  through_position: "throughPosition",
  ttl_seconds: "ttlSeconds",
};

const NUMBERS = /^(limit|after|before|max_tokens|max_messages|expires_in)$/;

/** The code, or a comment if the package has no method for it. */
export function asClient(call: Call): string {
  const request = requestOf(call);
  const code = codeOf(request, call);
  if (code === null) return "// The package has no method of its own for this.";
  return [
    `import { createContinuum } from "supabase-continuum";`,
    "",
    "const continuum = createContinuum({ supabase }); // or { url, key, accessToken }",
    code,
  ].join("\n");
}

function requestOf({ method, path, body, file }: Call): Request {
  const [location = "", search = ""] = path.split("?", 2);
  const [fn = "", id = "", ...rest] = location.split("/")
    .map((segment) => decodeURIComponent(segment));
  return {
    method,
    fn,
    id,
    rest,
    query: Object.fromEntries(new URLSearchParams(search)),
    body: parsed(body),
    file,
  };
}

function codeOf(request: Request, call: Call): string | null {
  switch (request.fn) {
    case "conversation-append":
      return appendCode(request, call);
    case "conversation-history":
      return request.id === "" ? listCode(request) : historyCode(request);
    case "file-upload":
      return uploadCode(request);
    case "file-download":
      return downloadCode(request);
    default:
      return null;
  }
}

function appendCode({ body }: Request, call: Call): string {
  const { continuation_id, messages, ...rest } = body;
  const key = call.headers.find(([name]) => /^idempotency-key$/i.test(name));
  const options = {
    ...named(rest),
    ...(key ? { idempotencyKey: key[1].replace(/^"|"$/g, "") } : {}),
  };
  const list = Array.isArray(messages) ? messages : [];
  const handle = `conversation(${text(continuation_id)})`;
  const revised = list.length === 1 && list[0].revises;
  if (revised) {
    const { revises, ...message } = list[0];
    return awaited(`${handle}.revise`, [revises, message, options]);
  }
  if (list.length === 0 && "afterPosition" in options) {
    const { afterPosition, ...others } = options;
    return awaited(`${handle}.rewind`, [afterPosition, others]);
  }
  return awaited(`${handle}.append`, [list, options]);
}

function listCode({ query }: Request): string {
  const { q, invited, cursor: _, ...options } = query;
  const values = named(options);
  const call = q !== undefined
    ? `search(${args([q, values])})`
    : `${invited ? "invitations" : "list"}(${args([values])})`;
  return `\nfor await (const ${
    q !== undefined ? "hit" : "conversation"
  } of continuum.${call}) {\n  // …\n}`;
}

function historyCode({ method, id, rest, query, body }: Request): string {
  const handle = `conversation(${text(id)})`;
  const [kind, name] = rest;
  const routes: Record<string, [method: string, args: unknown[]]> = {
    "GET": ["messages", [named(query)]],
    "PATCH": ["update", [named(body)]],
    "DELETE": ["delete", []],
    "POST fork": ["fork", [named(body)]],
    "GET context": ["context", [named(query)]],
    "GET members": ["members.list", []],
    "GET messages": ["message", [name]],
    "DELETE messages": ["erase", [name]],
    "PUT members": ["members.put", [name, body.role]],
    "DELETE members": ["members.remove", [name]],
    "DELETE files": ["files.unlink", [name]],
  };
  if (kind === "members" && name === "me") {
    return awaited(`${handle}.${method === "PUT" ? "accept" : "decline"}`, []);
  }
  if (kind === "export") {
    return `\nfor await (const line of continuum.${handle}.export()) {\n  // …\n}`;
  }
  const route = routes[[method, kind].filter(Boolean).join(" ")];
  if (!route) return "// The package has no method of its own for this.";
  if (method === "GET" && kind === undefined) {
    return `\nfor await (const message of continuum.${handle}.messages(${
      args(route[1])
    })) {\n  // …\n}`;
  }
  return awaited(`${handle}.${route[0]}`, route[1]);
}

function uploadCode({ method, id, rest, query, body, file }: Request): string {
  const of = query.continuation_id ?? body.continuation_id;
  const handle = of === undefined
    ? "files.upload"
    : `conversation(${text(of)}).files.upload`;
  if (method === "PATCH") {
    return awaited("files.rename", [id, {
      name: body.original_name,
      metadata: body.metadata,
    }]);
  }
  if (method === "DELETE") return awaited("files.delete", [id]);
  if (rest[0] === "complete") {
    return "// Part of `files.upload`, for a file that is sent in pieces.";
  }
  const name = file ?? body.original_name;
  return `\nconst { file } = await continuum.${handle}(blob, { name: ${
    text(name)
  } });`;
}

function downloadCode({ id, rest, query }: Request): string {
  if (id === "") {
    const { continuation_id, cursor: _, ...options } = query;
    const values = named({
      ...options,
      ...(continuation_id ? { conversation: continuation_id } : {}),
    });
    return `\nfor await (const file of continuum.files.list(${
      args([values])
    })) {\n  // …\n}`;
  }
  if (rest[0] === "url") return awaited("files.url", [id, named(query)]);
  if (rest[0] === "metadata") return awaited("files.describe", [id]);
  return awaited("files.download", [id]);
}

function awaited(call: string, values: unknown[]): string {
  return `\nconst answer = await continuum.${call}(${args(values)});`;
}

/** The values as code; empty options at the end are left out. */
function args(values: unknown[]): string {
  const given = [...values];
  while (given.length > 0 && isEmpty(given.at(-1))) given.pop();
  return given.map(text).join(", ");
}

function isEmpty(value: unknown): boolean {
  return value === undefined ||
    (typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.values(value).every((member) => member === undefined));
}

/** With the package's names, and numbers as numbers. */
function named(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      OPTIONS[name] ?? name,
      NUMBERS.test(name) ? Number(value) : value === "true" ? true : value,
    ]),
  );
}

/** JavaScript for a value of JSON: names without quotes where they need none. */
function text(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "undefined")
    .replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
}

function parsed(body: string | null): Record<string, unknown> {
  try {
    return JSON.parse(body ?? "{}");
  } catch {
    return {};
  }
}
