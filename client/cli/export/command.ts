/** `continuum export`: all conversations and files of an account, as `continuum import` takes them back. */
import { parseArgs } from "node:util";
import { CliError, misuse } from "../failure.ts";
import { EXPORT_VERSION } from "../import/formats/continuum.ts";
import { interrupted } from "../interrupt.ts";
import { Screen } from "../screen.ts";
import { SIGN_IN_HELP, SIGN_IN_OPTIONS, signIn } from "../sign_in.ts";
import { exportAccount, type ExportCounts } from "./run.ts";
import { folderTarget, streamTarget } from "./targets.ts";

export const EXPORT_HELP = `
continuum export TARGET [options]

Exports all conversations with all their branches, and all files. TARGET is a folder,
or one file if its name ends in .ndjson, or - for standard output. An export into the
same folder writes only what has changed since.

  --shared  also conversations of others that are shared with you
  --quiet   shows no progress

${SIGN_IN_HELP}`.trim();

/** Runs the command and returns its exit status. */
export async function exportCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(EXPORT_HELP);
    return 0;
  }
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) {
    throw misuse(
      "Where shall it go? Name one folder, or a file that ends in .ndjson.",
    );
  }
  const screen = new Screen({ quiet: values.quiet === true });
  const { continuum, url } = await signIn(values);
  const header = {
    type: "export" as const,
    version: EXPORT_VERSION,
    url,
    exported_at: new Date().toISOString(),
  } as const;
  const stop = interrupted();
  const stream = path === "-" || /\.(ndjson|jsonl)$/i.test(path)
    ? await streamTarget(path, header)
    : null;
  let skipped = 0;
  try {
    const counts = await exportAccount({
      continuum,
      target: stream ?? await folderTarget(path, header),
      shared: values.shared === true,
      signal: stop.signal,
      onProgress: (counts) => screen.progress(summary(counts)),
      onSkip(what, reason) {
        skipped++;
        screen.warn(`NOT EXPORTED  ${what}: ${reason}`);
      },
    });
    await stream?.close(true);
    screen.end();
    screen.warn(summary(counts));
  } catch (error) {
    await stream?.close(false);
    screen.end();
    throw new CliError(
      stop.signal.aborted
        ? "Interrupted. Export again to go on."
        : error instanceof Error
        ? error.message
        : String(error),
      stop.signal.aborted ? 130 : 1,
    );
  } finally {
    stop.release();
  }
  return skipped > 0 ? 1 : 0;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...SIGN_IN_OPTIONS,
        shared: { type: "boolean" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw misuse((error as Error).message);
  }
}

function summary({ conversations, files, unchanged }: ExportCounts): string {
  return `${conversations} conversations and ${files} files, of which ${unchanged} had not changed`;
}
