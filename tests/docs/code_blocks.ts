/** The code in a Markdown page. */
import { join } from "node:path";
import { root } from "../../local/config.ts";

export interface CodeBlock {
  /** The language after the fence. */
  language: string;
  /** What follows the language, such as a file name. */
  info: string;
  code: string;
}

/** The fenced blocks of a page, in order. The indent of a list item is taken off. */
export async function codeBlocks(page: string): Promise<CodeBlock[]> {
  const text = await Deno.readTextFile(join(root, page));
  const fences = text.matchAll(
    /^( *)```(\S*)[ \t]*([^\n]*)\n([\s\S]*?)^\1```$/gm,
  );
  return [...fences].map((
    [, indent = "", language = "", info = "", code = ""],
  ) => ({
    language,
    info: info.trim(),
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The one block of a page that contains `words`. */
export async function blockWith(page: string, words: string): Promise<string> {
  const found = (await codeBlocks(page))
    .filter(({ code }) => code.includes(words));
  if (found.length !== 1) {
    throw new Error(`${found.length} blocks of ${page} contain "${words}".`);
  }
  return found[0]!.code;
}
