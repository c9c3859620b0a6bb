/** `continuum import`: conversations and files of other systems, and of our own exports. */
import { parseArgs } from "node:util";
import { CliError, misuse } from "../failure.ts";
import { interrupted } from "../interrupt.ts";
import { Screen } from "../screen.ts";
import { SIGN_IN_HELP, SIGN_IN_OPTIONS, signIn } from "../sign_in.ts";
import { Account } from "./account.ts";
import { CONTINUUM, FORMATS } from "./formats.ts";
import { type Counts, Report } from "./report.ts";
import { FILES, importPath } from "./run.ts";

const NAMES = [...FORMATS.map(({ name }) => name), CONTINUUM, FILES];

export const IMPORT_HELP = `
continuum import PATH... [options]

Imports conversations with all their branches, original times and files. PATH is a
file, a folder or a zip file, as the other system has exported it. Import it again as
often as you like: what is there already is not written twice.

  --from FORMAT  what the files are, if their content does not tell:
                 ${NAMES.join(", ")}
  --dry-run      says what would be written, and writes nothing
  --jobs N       conversations that are stored side by side, 1 to 16 (4)
  --json         prints the result as JSON
  --quiet        shows no progress

${SIGN_IN_HELP}

Exit status: 0 everything was taken; 1 something was not, which is listed; 2 the
command was called wrongly.`.trim();

/** Runs the command and returns its exit status. */
export async function importCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(IMPORT_HELP);
    return 0;
  }
  if (positionals.length === 0) {
    throw misuse(
      "What shall be imported? Name a file, a folder or a zip file.",
    );
  }
  if (values.from !== undefined && !NAMES.includes(values.from)) {
    throw misuse(`--from is "${values.from}": use one of ${NAMES.join(", ")}.`);
  }
  const jobs = Number(values.jobs ?? 4);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) {
    throw misuse("--jobs must be a number from 1 to 16.");
  }
  const dryRun = values["dry-run"] === true;
  const screen = new Screen({ quiet: values.quiet === true });
  const { continuum } = await signIn(values);
  const stop = interrupted();
  const account = new Account(continuum, stop.signal);
  const print = (line: string) =>
    values.json ? screen.warn(line) : screen.print(line);
  const report = new Report(({ kind, file, where, reason }) =>
    print(
      `${kind === "fault" ? "NOT TAKEN" : "note"}  ${
        where === file ? file : `${file}, ${where}`
      }: ${reason}`,
    )
  );
  try {
    for (const path of positionals) {
      await importPath(path, {
        account,
        report,
        from: values.from,
        dryRun,
        jobs,
        onProgress: (read, total) =>
          screen.progress(
            `${path}: ${
              Math.floor(100 * Math.min(1, read / (total || 1)))
            } % read, ${summary(report.counts)}`,
          ),
      });
    }
  } catch (error) {
    screen.end();
    if (stop.signal.aborted) {
      throw new CliError(
        `Interrupted: ${summary(report.counts)}. Import again to go on.`,
        130,
      );
    }
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw misuse(error.message);
    }
    throw new CliError(
      `${error instanceof Error ? error.message : error}\nUntil then: ${
        summary(report.counts)
      }. Import again to go on.`,
    );
  } finally {
    screen.end();
    stop.release();
  }
  if (values.json) {
    screen.print(JSON.stringify({ dry_run: dryRun, ...report.counts }));
  } else {
    screen.print(`${dryRun ? "Would be: " : ""}${summary(report.counts)}`);
  }
  return report.counts.faults > 0 ? 1 : 0;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...SIGN_IN_OPTIONS,
        from: { type: "string" },
        jobs: { type: "string" },
        "dry-run": { type: "boolean" },
        json: { type: "boolean" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw misuse((error as Error).message);
  }
}

function summary(
  { conversations, messages, files, notes, faults }: Counts,
): string {
  const { created, extended, unchanged } = conversations;
  return [
    `conversations ${created} new, ${extended} changed, ${unchanged} unchanged`,
    `messages ${messages.appended} new, ${messages.revised} revised`,
    `files ${files.stored} new, ${files.unchanged} unchanged`,
    `${notes} notes`,
    `${faults} not taken`,
  ].join("; ");
}
