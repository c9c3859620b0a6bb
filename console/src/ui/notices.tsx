/** The notices in the corner, and the region that screen readers listen to. */
import { dismiss, notices, spoken } from "../lib/notices.ts";
import { Button, IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";

export function Notices() {
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite">
        {spoken}
      </div>
      {notices.value.length > 0 && <List />}
    </>
  );
}

function List() {
  return (
    <section class="notices" aria-label="Notices">
      <ul>
        {notices.value.map((notice) => (
          <li key={notice.id} class={`notice ${notice.kind}`}>
            <Icon name={notice.kind === "done" ? "check" : "close"} />
            <div>
              <p>{notice.text}</p>
              {notice.detail && <p class="faint">{notice.detail}</p>}
            </div>
            {notice.action && (
              <Button
                kind="quiet"
                onClick={() => {
                  dismiss(notice.id);
                  notice.action?.run();
                }}
              >
                {notice.action.label}
              </Button>
            )}
            <IconButton
              icon="close"
              label="Dismiss"
              size={16}
              onClick={() =>
                dismiss(notice.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
