/** A text in Markdown. The parser is loaded when the first one is shown; until then it is shown as it is. */
import { signal, useLayoutEffect, useRef } from "../lib/preact.ts";

type Render = (text: string) => DocumentFragment;

const render = signal<Render | null>(null);
let isAskedFor = false;

function load(): void {
  if (isAskedFor) return;
  isAskedFor = true;
  import("./render.ts").then(
    ({ renderMarkdown }) => render.value = renderMarkdown,
    () => isAskedFor = false,
  );
}

export function Markdown({ text }: { text: string }) {
  load();
  if (render.value === null) return <div class="plain-text">{text}</div>;
  return <Rendered text={text} render={render.value} />;
}

function Rendered({ text, render }: { text: string; render: Render }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = element.current;
    if (root === null) return;
    root.replaceChildren(render(text));
    if (root.querySelector("code[class^='language-']")) {
      void import("./highlight.ts").then(({ highlightCode }) =>
        highlightCode(root)
      );
    }
  }, [text]);
  return <div class="markdown" ref={element} />;
}
