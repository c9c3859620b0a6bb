/** What is shown in place of content: that there is none, that it is coming, or why it is not. */
import { troubleOf } from "../lib/problems.ts";
import type { ComponentChildren } from "../lib/preact.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

export function Empty(
  { icon, title, children }: {
    icon: IconName;
    title: string;
    children?: ComponentChildren;
  },
) {
  return (
    <div class="state">
      <span class="state-icon">
        <Icon name={icon} size={26} />
      </span>
      <p class="state-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars in the shape of what comes. */
export function Loading({ what, rows = 3 }: { what: string; rows?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      {Array.from(
        { length: rows },
        (_, index) => (
          <div class="skeleton-row" key={index} aria-hidden="true">
            <span />
            <span />
          </div>
        ),
      )}
    </div>
  );
}

export function Failure(
  { error, retry }: { error: unknown; retry?: () => void },
) {
  const { title, detail, requestId } = troubleOf(error);
  return (
    <div class="state failure" role="alert">
      <span class="state-icon">
        <Icon name="close" size={26} />
      </span>
      <p class="state-title">{title}</p>
      <p>{detail}</p>
      {requestId && <p class="faint">Request {requestId}</p>}
      {retry && <Button icon="retry" onClick={retry}>Try again</Button>}
    </div>
  );
}
