/**
 * `deno task doctor`: looks for what keeps Continuum from running here, and in the project that
 * SUPABASE_URL names, and says what to do. It changes nothing. Reads `.env`.
 */
import { optionsFromEnv } from "../local/config.ts";
import { isRunning } from "../local/processes/lock.ts";
import { readEnvFile, setting } from "./settings.ts";

interface Finding {
  ok: boolean;
  text: string;
}

const TESTED_DENO = "2.9.6";

const FUNCTIONS = [
  "conversation-append",
  "conversation-history",
  "file-upload",
  "file-download",
  "openai",
  "mcp",
];

await readEnvFile();
const findings: Finding[] = [
  denoVersion(),
  await localStack(),
  ...await project(setting("SUPABASE_URL")),
];
for (const { ok, text } of findings) {
  console.log(`${ok ? "ok  " : "FAIL"} ${text}`);
}
Deno.exit(findings.every(({ ok }) => ok) ? 0 : 1);

function denoVersion(): Finding {
  const { deno } = Deno.version;
  return deno === TESTED_DENO
    ? { ok: true, text: `Deno ${deno}` }
    : { ok: true, text: `Deno ${deno}; tested with ${TESTED_DENO}` };
}

async function localStack(): Promise<Finding> {
  const { dataDir, port, dbPort } = optionsFromEnv();
  if (await isRunning(dataDir)) {
    return { ok: true, text: `A local stack runs on ${dataDir}` };
  }
  const taken = [port, dbPort].filter((candidate) =>
    candidate !== 0 && !isFree(candidate)
  );
  return taken.length === 0
    ? {
      ok: true,
      text: `Ports ${port} and ${dbPort} are free for a local stack`,
    }
    : {
      ok: false,
      text: `Port ${
        taken.join(" and ")
      } in use: stop what uses it, or set LOCAL_PORT and LOCAL_DB_PORT`,
    };
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether a project answers, as Auth and by each function. */
async function project(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [];
  const fail = (text: string) => [{ ok: false, text }];
  const wrong = wrongUrl(url);
  if (wrong !== null) return fail(`SUPABASE_URL is "${url}": ${wrong}`);
  const jwks = await ask(`${url}/auth/v1/.well-known/jwks.json`);
  if (jwks === null) {
    return fail(
      `${url} does not answer: check the name, your network, and that the project is not paused`,
    );
  }
  return [
    signingKeys(url, jwks),
    ...await Promise.all(FUNCTIONS.map(async (name) => {
      const health = await ask(`${url}/functions/v1/${name}/_/health`);
      return health?.status === 404
        ? {
          ok: false,
          text: `${name} is not deployed: see docs/how-to/deploy.md`,
        }
        : {
          ok: health?.status === 200,
          text: `${name}: ${health?.text.slice(0, 120) ?? "no answer"}`,
        };
    })),
  ];
}

/** Null for the URL of a project. */
function wrongUrl(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return "that is not a URL: https://<ref>.supabase.co";
  }
  if (url.endsWith("/")) return "remove the slash at its end";
  return url === parsed.origin ? null : `use ${parsed.origin} alone`;
}

function signingKeys(url: string, { status, text }: Answer): Finding {
  let keys: unknown;
  try {
    keys = JSON.parse(text).keys;
  } catch {
    // Not a project's Auth.
  }
  if (status !== 200 || !Array.isArray(keys)) {
    return {
      ok: false,
      text:
        `${url} answers, but not as a Supabase project: ${status} where Auth publishes its keys`,
    };
  }
  return keys.length > 0 ? { ok: true, text: `${url} has signing keys` } : {
    ok: false,
    text:
      `${url} has no asymmetric signing key, so every user is 401: make one under JWT Keys`,
  };
}

interface Answer {
  status: number;
  text: string;
}

/** Null if nothing answers within five seconds. */
async function ask(url: string): Promise<Answer | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, text: await response.text() };
  } catch {
    return null;
  }
}
