/** The head of a page: its title, which gets the focus when one comes to the page, and what can be done there. */
import {
  type ComponentChildren,
  useLayoutEffect,
  useRef,
} from "../lib/preact.ts";
import { CodeToggle } from "../calls/toggle.tsx";
import { BackToList } from "./back.tsx";

export function PageHeader(
  { title, children }: { title: string; children?: ComponentChildren },
) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${title} · Continuum`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header class="page-header">
      <BackToList />
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      <div class="page-actions">
        {children}
        <CodeToggle />
      </div>
    </header>
  );
}
