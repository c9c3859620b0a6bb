/** The relative links of the checkout's Markdown files, and the anchors that they may name. */
import { join, relative, resolve } from "node:path";
import { root } from "../../local/config.ts";

/** Folders of generated or installed files. */
const SKIPPED = new Set([".git", ".local", ".build", "node_modules", "dist"]);

/** The absolute paths of every Markdown file of the checkout. */
export async function markdownFiles(dir = root): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    if (isDirectory && !SKIPPED.has(name)) {
      found.push(...await markdownFiles(join(dir, name)));
    } else if (name.endsWith(".md")) {
      found.push(join(dir, name));
    }
  }
  return found.sort();
}

/** What is wrong with the links of a file, a sentence each. */
export async function brokenLinks(file: string): Promise<string[]> {
  const broken: string[] = [];
  for (const target of targets(await Deno.readTextFile(file))) {
    const [path = "", anchor] = target.split("#");
    const linked = path === "" ? file : resolve(file, "..", decodeURI(path));
    const where = `${relative(root, file)} links to ${target}`;
    const info = await Deno.stat(linked).catch(() => null);
    if (info === null) {
      broken.push(`${where}, which does not exist`);
    } else if (
      anchor !== undefined &&
      !(info.isFile && anchors(await Deno.readTextFile(linked)).has(anchor))
    ) {
      broken.push(`${where}, which has no such heading`);
    }
  }
  return broken;
}

/** The Markdown files that links lead to from a file, over others, itself included. */
export async function reachable(
  file: string,
  found = new Set<string>(),
): Promise<Set<string>> {
  found.add(file);
  for (const target of targets(await Deno.readTextFile(file))) {
    const [path = ""] = target.split("#");
    const linked = resolve(file, "..", decodeURI(path));
    if (linked.endsWith(".md") && !found.has(linked)) {
      await reachable(linked, found);
    }
  }
  return found;
}

/** The targets of links and images, without those that have a scheme. */
export function targets(markdown: string): string[] {
  const prose = withoutCode(markdown).replaceAll(/`[^`]*`/g, "code");
  const inline = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g);
  const references = prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm);
  const html = prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g);
  return [...inline, ...references, ...html]
    .flatMap(([, target]) => target ?? [])
    .filter((target) => !/^[a-z][a-z+.-]*:|^\/\//i.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  for (
    const [, text = ""] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)
  ) {
    const slug = text.trim().toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; found.has(anchor); again++) anchor = `${slug}-${again}`;
    found.add(anchor);
  }
  return found;
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(
    /^( *)(```+|~~~+)[^\n]*\n[\s\S]*?\n\1\2[^\n]*$/gm,
    "",
  );
}
