/** Checks of each function: deployed, started, of this checkout, and able to reach its database. */
import {
  type Check,
  failed,
  ok,
  type Result,
  skipped,
  warning,
} from "./check.ts";
import { asVisitor, type Examination } from "./examination.ts";
import { documentOf } from "./expected.ts";
import { causeOf, said } from "./request.ts";

export function functionChecks(examination: Examination): Check[] {
  const group = "Functions";
  return [
    ...examination.expected.functions.map((name): Check => ({
      id: `function:${name}`,
      group,
      title: name,
      needs: ["reach"],
      run: () => health(examination, name),
    })),
    {
      id: "cors",
      group,
      title: "Browsers may call them",
      needs: ["function:conversation-append"],
      run: () => cors(examination),
    },
  ];
}

async function health(
  { ask, expected, facts, target }: Examination,
  name: string,
): Promise<Result> {
  // Some gateways ask for a key before a function is reached; health itself needs none.
  const options = { headers: asVisitor(target) };
  const answer = await ask(`/functions/v1/${name}/_/health`, options);
  const { status, headers, json } = answer;
  if (status === 200 && json?.status === "ok") {
    facts.schemaVersion = json.schema_version ?? null;
    return await sameVersion(name);
  }
  if (status === 404 || json?.code === "NOT_FOUND") {
    return failed(
      "It is not deployed.",
      "Run: deno task deploy <project ref>. Self-hosted: copy it into volumes/functions, as " +
        "docs/how-to/deploy.md says.",
    );
  }
  if (status === 401 && json?.request_id === undefined) {
    return causeAsResult() ?? failed(
      `The platform asks for a token before the function is reached: ${
        said(answer)
      }`,
      "It was deployed with verify_jwt. Deploy it with this checkout's supabase/config.toml, which switches that off: " +
        "deno task deploy <project ref> --functions-only.",
    );
  }
  if (json?.code === "BOOT_ERROR" || json?.code === "WORKER_ERROR") {
    return failed(
      `It does not start: ${said(answer)}`,
      "Look at its logs. Deploy it with deno task deploy, which uploads one bundle without imports.",
    );
  }
  if (status === 546 || json?.code === "WORKER_LIMIT") {
    return failed(
      "It went over the platform's limit of memory or CPU.",
      "Look at its logs, and try again. Self-hosted: raise memoryLimitMb and workerTimeoutMs in the main function.",
    );
  }
  // OpenAI's front words its errors as OpenAI does.
  const code = json?.error?.code ?? json?.code;
  const isBroken = code === "unavailable" || code === "internal";
  const hasSetUp = !Array.isArray(json?.problems) || json.problems.length === 0;
  if (isBroken && hasSetUp && facts.schemaVersion === null) {
    return skipped("needs: Migrations");
  }
  if (Array.isArray(json?.problems) && json.problems.length > 0) {
    return failed(
      json.problems.join(" "),
      "A function finds keys in its environment when it starts: after a change, deploy the functions again.",
    );
  }
  if (code === "unavailable") {
    return failed(
      `It runs, but cannot reach the database: ${said(answer)}`,
      "Look at the health of the database and of the Data API in the dashboard.",
    );
  }
  if (code === "internal") {
    return failed(
      `It runs, but fails (request ${headers.get("x-request-id")}).`,
      "If the migrations are not applied, apply them: deno task deploy <project ref>. Else look at the function's logs " +
        "for that request.",
    );
  }
  return causeAsResult() ??
    failed(said(answer), "Look at the function's logs.");

  function causeAsResult(): Result | null {
    const cause = causeOf(answer);
    return cause === null ? null : failed(cause.message, cause.advice);
  }

  async function sameVersion(name: string): Promise<Result> {
    const document = await ask(`/functions/v1/${name}/_/openapi.json`, options);
    const deployed: string | undefined = document.json?.info?.version;
    const isSame = document.status === 200 &&
      JSON.stringify(document.json) === JSON.stringify(await documentOf(name));
    if (isSame) return ok(`version ${expected.version}`);
    return warning(
      deployed === expected.version || deployed === undefined
        ? `It is of another state of version ${expected.version} than this checkout.`
        : `It is of version ${deployed}, and this checkout of ${expected.version}.`,
      "Deploy this checkout, or run the doctor of the checkout that is deployed.",
    );
  }
}

async function cors({ ask }: Examination): Promise<Result> {
  const { status, headers } = await ask("/functions/v1/conversation-append", {
    method: "OPTIONS",
    headers: {
      Origin: "https://app.example.com",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,apikey,content-type",
    },
  });
  const origin = headers.get("Access-Control-Allow-Origin");
  const allowed = headers.get("Access-Control-Allow-Headers")?.toLowerCase() ??
    "";
  if (status >= 300 || origin === null || !/authorization|\*/.test(allowed)) {
    return failed(
      `A preflight request is answered ${status}${
        origin === null ? " without Access-Control-Allow-Origin" : ""
      }.`,
      "A gateway or proxy in front answers OPTIONS by itself: let it pass them on to the functions.",
    );
  }
  return ok(`from ${origin === "*" ? "everywhere" : origin}`);
}
