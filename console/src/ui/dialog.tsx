/** Modal dialogs. The browser keeps the focus inside, closes on Escape and gives the focus back. */
import {
  type ComponentChildren,
  useId,
  useLayoutEffect,
  useRef,
} from "../lib/preact.ts";
import { IconButton } from "./button.tsx";

interface DialogProps {
  title: string;
  onClose(): void;
  wide?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        // Only the backdrop is outside of what the dialog holds.
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
