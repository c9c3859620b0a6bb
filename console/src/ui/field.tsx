/** A labelled input. */
import { type InputEventHandler, type JSX, useId } from "../lib/preact.ts";

interface FieldProps {
  label: string;
  /** What is to be known before one writes. */
  hint?: string;
  /** What is wrong with what is written. */
  error?: string | null;
  value: string;
  onInput: InputEventHandler<HTMLInputElement>;
  type?: "text" | "email" | "password" | "url";
  placeholder?: string;
  autocomplete?: string;
  required?: boolean;
  spellcheck?: boolean;
  minLength?: number;
  maxLength?: number;
}

export function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  const about = error || hint ? `${id}-about` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input as JSX.IntrinsicElements["input"]}
        id={id}
        aria-describedby={about}
        aria-invalid={error ? true : undefined}
      />
      {about && (
        <p id={about} class={error ? "field-error" : "hint"}>
          {error || hint}
        </p>
      )}
    </div>
  );
}
