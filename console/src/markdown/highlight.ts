/** Colours for code. Each language is loaded when code in it is shown for the first time. */
import hljs from "npm:highlight.js@11.12.0/lib/core";
import DOMPurify from "npm:dompurify@3.5.0";

type Language = Parameters<typeof hljs.registerLanguage>[1];
type Load = () => Promise<{ default: Language }>;

const bash: Load = () => import("npm:highlight.js@11.12.0/lib/languages/bash");
const css: Load = () => import("npm:highlight.js@11.12.0/lib/languages/css");
const diff: Load = () => import("npm:highlight.js@11.12.0/lib/languages/diff");
const go: Load = () => import("npm:highlight.js@11.12.0/lib/languages/go");
const java: Load = () => import("npm:highlight.js@11.12.0/lib/languages/java");
const javascript: Load = () =>
  import("npm:highlight.js@11.12.0/lib/languages/javascript");
const json: Load = () => import("npm:highlight.js@11.12.0/lib/languages/json");
const python: Load = () =>
  import("npm:highlight.js@11.12.0/lib/languages/python");
const rust: Load = () => import("npm:highlight.js@11.12.0/lib/languages/rust");
const sql: Load = () => import("npm:highlight.js@11.12.0/lib/languages/sql");
const typescript: Load = () =>
  import("npm:highlight.js@11.12.0/lib/languages/typescript");
const xml: Load = () => import("npm:highlight.js@11.12.0/lib/languages/xml");
const yaml: Load = () => import("npm:highlight.js@11.12.0/lib/languages/yaml");

/** By the names that people write after the backticks. */
const LANGUAGES = new Map<string, Load>(Object.entries({
  bash,
  css,
  diff,
  go,
  html: xml,
  java,
  javascript,
  js: javascript,
  json,
  jsx: javascript,
  patch: diff,
  py: python,
  python,
  rs: rust,
  rust,
  sh: bash,
  shell: bash,
  sql,
  svg: xml,
  ts: typescript,
  tsx: typescript,
  typescript,
  xml,
  yaml,
  yml: yaml,
}));

/** More code than this takes too long to colour. */
const MOST_CHARACTERS = 50_000;

/** Colours the code below `root` whose language is named and known. */
export async function highlightCode(root: ParentNode): Promise<void> {
  for (const code of root.querySelectorAll("code[class^='language-']")) {
    const language = code.className.slice("language-".length).toLowerCase();
    const load = LANGUAGES.get(language);
    const text = code.textContent ?? "";
    if (load === undefined || text.length > MOST_CHARACTERS) continue;
    hljs.registerLanguage(language, (await load()).default);
    const { value } = hljs.highlight(text, { language, ignoreIllegals: true });
    code.replaceChildren(DOMPurify.sanitize(value, {
      ALLOWED_TAGS: ["span"],
      ALLOWED_ATTR: ["class"],
      RETURN_DOM_FRAGMENT: true,
    }));
  }
}
