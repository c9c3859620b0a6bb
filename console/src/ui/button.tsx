/** Buttons. */
import type { ComponentChildren, JSX } from "../lib/preact.ts";
import { Icon, type IconName } from "./icon.tsx";

type Native = Omit<JSX.IntrinsicElements["button"], "children" | "size">;

interface ButtonProps extends Native {
  kind?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  /** Something is under way: the button waits and says so. */
  busy?: boolean;
  children: ComponentChildren;
}

export function Button(
  { kind = "plain", icon, busy = false, children, ...rest }: ButtonProps,
) {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${kind}`}
      disabled={rest.disabled || busy}
      aria-busy={busy}
    >
      {busy
        ? <span class="spinner" aria-hidden="true" />
        : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  /** What it does: its name for screen readers, and its tooltip. */
  label: string;
  size?: number;
}

export function IconButton(
  { icon, label, size, ...rest }: IconButtonProps,
) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      class={`icon-button ${rest.class ?? ""}`}
    >
      <Icon name={icon} {...(size ? { size } : {})} />
    </button>
  );
}
