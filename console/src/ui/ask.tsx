/** Dialogs that ask before something is done. */
import { type ComponentChildren, useState } from "../lib/preact.ts";
import { useAction } from "../lib/use_task.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";

export function Confirm(
  { title, action, onConfirm, onClose, children }: {
    title: string;
    /** The label of the button. */
    action: string;
    onConfirm(): Promise<unknown>;
    onClose(): void;
    children: ComponentChildren;
  },
) {
  const [isBusy, run] = useAction(async () => {
    await onConfirm();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <footer class="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" busy={isBusy} onClick={run}>{action}</Button>
      </footer>
    </Dialog>
  );
}

export function Rename(
  { title, label, value, hint, action = "Save", onSave, onClose }: {
    title: string;
    label: string;
    value: string;
    hint?: string;
    action?: string;
    onSave(value: string): Promise<unknown>;
    onClose(): void;
  },
) {
  const [text, setText] = useState(value);
  const [isBusy, run] = useAction(async () => {
    await onSave(text.trim());
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <Field
          label={label}
          value={text}
          required
          maxLength={200}
          {...(hint ? { hint } : {})}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <footer class="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            busy={isBusy}
            disabled={text.trim() === ""}
          >
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
