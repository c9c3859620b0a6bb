/**
 * Runs the code of a page as a reader would, in a folder of its own. A block whose fence names a file is saved under
 * that name. `sh` runs, in one shell for the whole page, unless its fence says `elsewhere`. `text output` is what the
 * shell block before it prints, in which a line with `…` stands for any lines, or for the rest of a line.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CodeBlock, codeBlocks } from "./code_blocks.ts";

/** What pages call the local stack. The project under test takes its place. */
const LOCAL_URL = "http://127.0.0.1:54321";

const MARK = "@@@ block ";

export interface Place {
  /** Where the page's files are saved and its commands run. */
  folder: string;
  env: Record<string, string>;
}

/** @throws if a command fails or prints something else than the page says. */
export async function runPage(page: string, place: Place): Promise<void> {
  const blocks = await codeBlocks(page);
  const commands = blocks.filter(({ language, info }) =>
    language === "sh" && info === ""
  );
  const here = place.env.SUPABASE_URL ?? LOCAL_URL;
  // Files are saved as they come: a later block may save one again.
  const script = [
    "set -eu",
    ...blocks.flatMap((block) => stepsOf(block, commands)),
  ];
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script.join("\n").replaceAll(LOCAL_URL, here)],
    cwd: place.folder,
    env: { ...place.env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const printed = new TextDecoder().decode(stdout);
  assert.ok(
    success,
    `${page}: ${printed}\n${new TextDecoder().decode(stderr)}`,
  );

  const outputs = printed.split(new RegExp(`^${MARK}\\d+\\n`, "m")).slice(1);
  let last = -1;
  for (const block of blocks) {
    if (commands.includes(block)) last++;
    if (block.language === "text" && block.info === "output") {
      assert.match(
        outputs[last] ?? "",
        patternOf(block.code),
        `${page}: ${outputs[last]}`,
      );
    }
  }
}

function stepsOf(block: CodeBlock, commands: CodeBlock[]): string[] {
  const { language, info, code } = block;
  if (language === "sh") {
    const number = commands.indexOf(block);
    return number === -1 ? [] : [`echo '${MARK}${number}'`, code];
  }
  if (!/^[\w./-]+\.\w+$/.test(info)) return [];
  return [`cat > ${info} <<'@@@end'`, `${code}@@@end`];
}

function patternOf(output: string): RegExp {
  const lines = output.trimEnd().split("\n").map((line) =>
    line === "…"
      ? "[^]*"
      : line.split("…").map(RegExp.escape).join(".*") + "\\n"
  );
  return new RegExp(`^${lines.join("")}\\s*$`);
}

/** The folder that a page's programs are installed into. */
export function projectIn(folder: string, page: string): string {
  return join(folder, page.replaceAll(/\W/g, "-"));
}
