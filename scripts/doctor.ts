/**
 * `deno task doctor`: looks for what keeps Continuum from running here, and says what to do. It
 * changes nothing.
 */
import { optionsFromEnv } from "../local/config.ts";
import { isRunning } from "../local/processes/record.ts";

interface Finding {
  ok: boolean;
  text: string;
}

const TESTED_DENO = "2.9.6";

const findings: Finding[] = [
  denoVersion(),
  await localStack(),
  ...(Deno.env.has("SUPABASE_URL")
    ? await project(Deno.env.get("SUPABASE_URL") ?? "")
    : []),
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

/** Whether the project of the environment answers, as Auth and by each function. */
async function project(url: string): Promise<Finding[]> {
  const names = [
    "conversation-append",
    "conversation-history",
    "file-upload",
    "file-download",
  ];
  const jwks = await ask(`${url}/auth/v1/.well-known/jwks.json`);
  const keys = jwks.ok && jwks.text.includes('"kid"');
  return [
    {
      ok: keys,
      text: keys
        ? `${url} has signing keys`
        : `${url} has no asymmetric signing key: make one under JWT Keys`,
    },
    ...await Promise.all(names.map(async (name) => {
      const health = await ask(`${url}/functions/v1/${name}/_/health`);
      return { ok: health.ok, text: `${name}: ${health.text.slice(0, 120)}` };
    })),
  ];
}

async function ask(url: string): Promise<Finding> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    return {
      ok: false,
      text: `no answer (${error instanceof Error ? error.name : "error"})`,
    };
  }
}
