import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../local/config.ts";
import {
  anchors,
  brokenLinks,
  markdownFiles,
  reachable,
  targets,
} from "./links.ts";

Deno.test("every relative link of every Markdown file leads to a file and a heading", async () => {
  const broken = await Promise.all((await markdownFiles()).map(brokenLinks));
  deepStrictEqual(broken.flat(), []);
});

Deno.test("every page of docs is reached by links from docs/README.md", async () => {
  const docs = join(root, "docs");
  const found = await reachable(join(docs, "README.md"));
  deepStrictEqual(
    (await markdownFiles(docs)).filter((file) => !found.has(file)),
    [],
  );
});

Deno.test("links of every form are found, and those in code are not", () => {
  const markdown = [
    "[a](a.md) ![b](b.svg) [c](https://example.com) `[no](no.md)`",
    "[d]: d.md",
    '<img src="e.png">',
    "```md",
    "[no](no.md)",
    "```",
    '[f](<f.md> "title") [g](#here)',
  ].join("\n");
  deepStrictEqual(targets(markdown), [
    "a.md",
    "b.svg",
    "f.md",
    "#here",
    "d.md",
    "e.png",
  ]);
});

Deno.test("anchors are those that GitHub makes of headings", () => {
  deepStrictEqual(
    [...anchors(
      "# A `b` & C\n\n## Two words\n\n## Two words\n\n```\n# no\n```\n",
    )],
    ["a-b--c", "two-words", "two-words-1"],
  );
});
