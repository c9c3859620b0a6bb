/** Colours for code, for the languages that messages have most. */
import hljs from "npm:highlight.js@11.12.0/lib/core";
import bash from "npm:highlight.js@11.12.0/lib/languages/bash";
import css from "npm:highlight.js@11.12.0/lib/languages/css";
import diff from "npm:highlight.js@11.12.0/lib/languages/diff";
import go from "npm:highlight.js@11.12.0/lib/languages/go";
import java from "npm:highlight.js@11.12.0/lib/languages/java";
import javascript from "npm:highlight.js@11.12.0/lib/languages/javascript";
import json from "npm:highlight.js@11.12.0/lib/languages/json";
import python from "npm:highlight.js@11.12.0/lib/languages/python";
import rust from "npm:highlight.js@11.12.0/lib/languages/rust";
import sql from "npm:highlight.js@11.12.0/lib/languages/sql";
import typescript from "npm:highlight.js@11.12.0/lib/languages/typescript";
import xml from "npm:highlight.js@11.12.0/lib/languages/xml";
import yaml from "npm:highlight.js@11.12.0/lib/languages/yaml";
import DOMPurify from "npm:dompurify@3.5.0";

const LANGUAGES = {
  bash,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}

/** More code than this takes too long to colour. */
const MOST_CHARACTERS = 50_000;

/** Colours the code below `root` whose language is named and known. */
export function highlightCode(root: ParentNode): void {
  for (const code of root.querySelectorAll("code[class^='language-']")) {
    const language = code.className.slice("language-".length).toLowerCase();
    const text = code.textContent ?? "";
    if (!hljs.getLanguage(language) || text.length > MOST_CHARACTERS) continue;
    const { value } = hljs.highlight(text, { language, ignoreIllegals: true });
    code.replaceChildren(DOMPurify.sanitize(value, {
      ALLOWED_TAGS: ["span"],
      ALLOWED_ATTR: ["class"],
      RETURN_DOM_FRAGMENT: true,
    }));
  }
}
