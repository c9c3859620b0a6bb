/**
 * `deno task bench:cold-start [runs]`: the CPU milliseconds and the memory of a function's process from its
 * start to its first answer, from source and built, under this Deno and under 2.1.4, whose line the hosted
 * runtime is of. Prints tables; needs Linux.
 *
 * V8's code cache is off, since a hosted function has none; what Deno itself keeps of a module is there.
 */
import { endingInSentences } from "../local/failures.ts";
import { chooseFunctions } from "../local/functions/choice.ts";
import { entrypoint, functionNames } from "../local/functions/folder.ts";
import { sandboxed } from "../local/functions/sandbox.ts";
import { freePort } from "../local/ports.ts";
import { cpuSeconds, peakMb } from "./process.ts";
import { asTable, rounded, type Row, type Section } from "./report.ts";
import { median } from "./rounds.ts";

const RUNS = Number(Deno.args[0] ?? 10);
const HOSTED = "2.1.4";

/** What a function finds in its environment; nothing answers there, and nothing is asked. */
const ENVIRONMENT = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_x"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}',
  SUPABASE_JWKS: '{"keys":[]}',
};

interface Subject {
  name: string;
  column: string;
  bytes: number;
  start(port: number): Promise<Deno.ChildProcess>;
  cpuMs: number[];
  peakMb: number[];
}

async function subjects(): Promise<Subject[]> {
  const found: Subject[] = [];
  for (const functionsDeno of [HOSTED, undefined]) {
    for (const functionsBuilt of [false, true]) {
      const choice = await chooseFunctions({ functionsDeno, functionsBuilt });
      const sandbox = { ...choice, env: ENVIRONMENT, reach: "127.0.0.1:9" };
      for (const name of await functionNames(choice.dir)) {
        const { size } = await Deno.stat(
          await entrypoint(choice.dir, name) ?? "",
        );
        found.push({
          name,
          column: `${functionsBuilt ? "built" : "source"}, ${
            functionsDeno ?? Deno.version.deno
          }`,
          bytes: size,
          cpuMs: [],
          peakMb: [],
          async start(port) {
            const { args, cwd, env } = await sandboxed(sandbox, name, port);
            return new Deno.Command(choice.runtime.program, {
              args: [...args.slice(0, 1), "--no-code-cache", ...args.slice(1)],
              cwd,
              env,
              clearEnv: true,
              stdout: "null",
              stderr: "null",
            }).spawn();
          },
        });
      }
    }
  }
  return found;
}

/** Starts a function, waits for its first answer and ends it. */
async function once(subject: Subject): Promise<[cpuMs: number, mb: number]> {
  const port = freePort();
  const child = await subject.start(port);
  try {
    await answered(`http://127.0.0.1:${port}/${subject.name}/_/openapi.json`);
    return [await cpuSeconds(child.pid) * 1000, await peakMb(child.pid)];
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function answered(url: string): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
      throw new Deno.errors.InvalidData(`${url} is ${response.status}`);
    } catch (error) {
      if (error instanceof Deno.errors.InvalidData) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`${url} does not answer.`);
}

/** A row a function: its figure in each column. */
function section(
  title: string,
  all: Subject[],
  figure: (subject: Subject) => number,
): Section {
  const rows = new Map<string, Row>();
  for (const subject of all) {
    const row = rows.get(subject.name) ?? { what: subject.name, figures: {} };
    rows.set(subject.name, row);
    row.figures[subject.column] = rounded(figure(subject));
  }
  return { title, rows: [...rows.values()] };
}

await endingInSentences(async () => {
  const all = await subjects();
  // The first start fills Deno's cache of what a module imports.
  for (let run = -1; run < RUNS; run++) {
    for (const subject of all) {
      const [cpuMs, mb] = await once(subject);
      if (run < 0) continue;
      subject.cpuMs.push(cpuMs);
      subject.peakMb.push(mb);
    }
  }
  const built = all.filter(({ column }) => column.startsWith("built"));
  const sections = [
    section("CPU, ms", all, ({ cpuMs }) => median(cpuMs)),
    section("Peak memory, MB", all, ({ peakMb }) => median(peakMb)),
    section("Size, KiB", built, ({ bytes }) => bytes / 1024),
  ];
  for (const each of sections) console.log(asTable(each));
});
