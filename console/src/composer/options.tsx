/** What is to hold when a message is sent. */
import { useId, useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { IconButton } from "../ui/button.tsx";
import type { Draft } from "./draft.ts";

export function ComposerOptions(
  { draft, isGuarded, setGuarded, onKey }: {
    draft: Draft;
    isGuarded: boolean;
    /** null for a new conversation, which nobody else writes to. */
    setGuarded: ((isGuarded: boolean) => void) | null;
    onKey(key: string): void;
  },
) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector("input")?.focus();
    const onPointer = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);
  return (
    <span
      class="composer-options"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        setOpen(false);
        root.current?.querySelector("button")?.focus();
      }}
    >
      <IconButton
        icon="settings"
        label="Options for sending"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div
          class="popover"
          id={id}
          role="group"
          aria-label="Options for sending"
        >
          <label class="option">
            <span>Idempotency-Key</span>
            <input
              value={draft.key}
              maxLength={255}
              pattern="[ -~]+"
              spellcheck={false}
              onInput={(event) => {
                if (event.currentTarget.value !== "") {
                  onKey(event.currentTarget.value);
                }
              }}
            />
            <small class="hint">
              Sent again with the same key, the message is stored once.
            </small>
          </label>
          {setGuarded && (
            <label class="option check">
              <input
                type="checkbox"
                checked={isGuarded}
                onChange={(event) => setGuarded(event.currentTarget.checked)}
              />
              <span>
                Only if nothing arrived meanwhile
                <small class="hint">
                  Sends <code>expected_seq</code>, the log's end when you began.
                </small>
              </span>
            </label>
          )}
        </div>
      )}
    </span>
  );
}
