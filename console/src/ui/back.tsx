/** The way back to the list, on a screen that shows one thing at a time. */
import { Icon } from "./icon.tsx";

export function BackToList() {
  return (
    <a class="icon-button narrow-only" href="#/" aria-label="All conversations">
      <Icon name="back" />
    </a>
  );
}
