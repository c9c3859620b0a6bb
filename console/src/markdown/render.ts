/**
 * Markdown as HTML that cannot do harm. A message is written by anybody: a model, a web page that it has read, a
 * stranger. So HTML in it is shown as text, nothing is loaded from elsewhere, and what comes out of the Markdown
 * parser passes through DOMPurify all the same.
 */
import DOMPurify from "npm:dompurify@3.5.0";
import { Marked, type Tokens } from "npm:marked@18.2.1";

const TAGS = [
  ..."a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s"
    .split(" "),
  ..."strong sub sup table tbody td th thead tr ul".split(" "),
];
const ATTRIBUTES = ["align", "alt", "class", "href", "src", "start", "title"];

/** Where a link may lead. */
const LINKS = /^(https?:|mailto:)/i;

/** Pictures that are in the text itself; all others would tell a stranger who reads the message. */
const PICTURES = /^data:image\/(png|jpeg|gif|webp|avif);base64,/i;

const parser = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escaped(text),
    checkbox: ({ checked }: Tokens.Checkbox) => checked ? "☑ " : "☐ ",
  },
});

/** The text as nodes to put into the page. */
export function renderMarkdown(text: string): DocumentFragment {
  const html = parser.parse(text, { async: false });
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  fragment.querySelectorAll("a").forEach(secureLink);
  fragment.querySelectorAll("img").forEach(replacePicture);
  orderHeadings(fragment);
  fragment.querySelectorAll("pre").forEach(frameCode);
  fragment.querySelectorAll("table").forEach(frameTable);
  for (const element of fragment.querySelectorAll("[class]")) {
    // Only the name of a code's language.
    if (!/^language-[\w+#.-]+$/.test(element.className)) {
      element.removeAttribute("class");
    }
  }
  return fragment;
}

function secureLink(link: HTMLAnchorElement): void {
  const href = link.getAttribute("href") ?? "";
  if (!LINKS.test(href)) {
    link.replaceWith(...link.childNodes);
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
}

/** A picture from elsewhere becomes a link, which loads nothing before it is followed. */
function replacePicture(picture: HTMLImageElement): void {
  const source = picture.getAttribute("src") ?? "";
  if (PICTURES.test(source)) return;
  const name = picture.alt || "Picture";
  if (!LINKS.test(source)) {
    picture.replaceWith(name);
    return;
  }
  const link = document.createElement("a");
  link.href = source;
  link.textContent = `${name} (${new URL(source).host})`;
  link.className = "language-picture";
  secureLink(link);
  picture.replaceWith(link);
}

/**
 * The page's own heading has the level 1, so that the first of a message has 2, and the next at most one more than
 * the one before, however the author has counted.
 */
function orderHeadings(fragment: DocumentFragment): void {
  let before = 1;
  for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const written = Number(heading.tagName[1]);
    const level = Math.min(written + 1, before + 1, 6);
    const own = document.createElement("p");
    own.setAttribute("role", "heading");
    own.setAttribute("aria-level", String(level));
    own.dataset.level = String(written);
    own.append(...heading.childNodes);
    heading.replaceWith(own);
    before = level;
  }
}

/** Code can be scrolled by keyboard, and copied. */
function frameCode(code: HTMLPreElement): void {
  code.tabIndex = 0;
  const frame = document.createElement("div");
  frame.dataset.code = "";
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent ?? "");
    copy.textContent = "Copied";
    setTimeout(() => copy.textContent = "Copy", 1600);
  });
  code.replaceWith(frame);
  frame.append(code, copy);
}

function frameTable(table: HTMLTableElement): void {
  const frame = document.createElement("div");
  frame.dataset.table = "";
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "Table");
  table.replaceWith(frame);
  frame.append(table);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
