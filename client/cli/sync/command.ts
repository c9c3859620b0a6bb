/** `continuum sync`: the sessions of Claude Code and Codex, the same on every machine. */
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ContinuumError } from "../../src/index.ts";
import { CliError, misuse } from "../failure.ts";
import { sha256 } from "../hash.ts";
import { Account } from "../import/account.ts";
import { interrupted } from "../interrupt.ts";
import { Screen } from "../screen.ts";
import { SIGN_IN_HELP, SIGN_IN_OPTIONS, signIn } from "../sign_in.ts";
import { PathMap } from "./path_map.ts";
import { syncAll } from "./run.ts";
import { TOOLS } from "./tools.ts";

export const SYNC_HELP = `
continuum sync [options]

Uploads the sessions of Claude Code (~/.claude/projects) and Codex (~/.codex/sessions)
that are new or have grown, and writes those of your other machines here. A session that
was continued on two machines at once is kept twice: as it is here, and as a second file.

  --only TOOL      claude-code or codex
  --map FROM=TO    a folder of another machine is TO on this one; may be repeated.
                   Folders below the home folder need no map.
  --watch SECONDS  goes on, with that much time between two runs
  --dry-run        says what would be done, and does nothing
  --home FOLDER    the home folder with .claude and .codex in it
  --state FILE     what the last run has seen (~/.local/state/continuum/)
  --quiet          prints problems only

${SIGN_IN_HELP}

Exit status: 0 all is the same on both sides; 1 something is not, which is listed; 2 the
command was called wrongly.`.trim();

/** Runs the command and returns its exit status. */
export async function syncCommand(args: string[]): Promise<number> {
  const { values } = parse(args);
  if (values.help) {
    console.log(SYNC_HELP);
    return 0;
  }
  const tools = TOOLS.filter(({ name }) =>
    values.only === undefined || values.only === name
  );
  if (tools.length === 0) {
    throw misuse(`--only is "${values.only}": use claude-code or codex.`);
  }
  const pause = Number(values.watch ?? 0);
  if (!Number.isFinite(pause) || pause < 0) {
    throw misuse("--watch must be a number of seconds.");
  }
  const home = values.home ?? homedir();
  const map = new PathMap(home, (values.map ?? []).map(pairOf));
  const { continuum, url, who } = await signIn(values);
  const stop = interrupted();
  const screen = new Screen({ quiet: values.quiet === true });
  const folders = tools.map((tool) => ({
    tool,
    // A home folder that is named is not this user's, whose variables do not count then.
    root: tool.root(home, values.home === undefined ? process.env : {}),
  }));
  const state = values.state ?? join(
    process.env.XDG_STATE_HOME ?? join(home, ".local", "state"),
    "continuum",
    `sync-${sha256(url, who, home).slice(0, 16)}.json`,
  );
  let problems = 0;
  let done = 0;
  const say = (line: string) => {
    done++;
    if (!values.quiet) screen.print(line);
  };
  const dryRun = values["dry-run"] === true;
  const would = dryRun ? "would go" : "went";
  try {
    do {
      [problems, done] = [0, 0];
      const run = syncAll({
        account: new Account(continuum, stop.signal),
        folders,
        map,
        home,
        state,
        dryRun,
        report: {
          uploaded: (path, lines) =>
            say(`up    ${path}: ${lines} lines ${would} up`),
          downloaded: (path, lines, isSecond) =>
            say(
              `down  ${path}: ${lines} lines ${would} down${
                isSecond ? ", as a second file" : ""
              }`,
            ),
          problem(what, reason) {
            problems++;
            screen.warn(`PROBLEM  ${what}: ${reason}`);
          },
        },
      });
      await run.catch((error) => {
        // Whoever watches waits until the network is back.
        const isPassing = pause > 0 && error instanceof ContinuumError &&
          error.retryable;
        if (!isPassing) throw error;
        screen.warn(`PROBLEM  ${error.detail}`);
      });
      if (done === 0 && problems === 0 && pause === 0) {
        say("All sessions are the same on both sides.");
      }
      if (pause > 0) await until(pause * 1000, stop.signal);
    } while (pause > 0 && !stop.signal.aborted);
  } catch (error) {
    if (stop.signal.aborted) {
      throw new CliError("Interrupted. Run it again to go on.", 130);
    }
    throw new CliError(error instanceof Error ? error.message : String(error));
  } finally {
    stop.release();
  }
  return problems > 0 ? 1 : 0;
}

/** @throws {CliError} */
function pairOf(pair: string): [string, string] {
  const [from, to] = pair.split("=");
  if (!from || !to) throw misuse(`--map is "${pair}": use FROM=TO.`);
  return [from, to];
}

/** Ends after `ms`, or as soon as the signal is aborted. */
function until(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        ...SIGN_IN_OPTIONS,
        only: { type: "string" },
        map: { type: "string", multiple: true },
        watch: { type: "string" },
        home: { type: "string" },
        state: { type: "string" },
        "dry-run": { type: "boolean" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw misuse((error as Error).message);
  }
}
