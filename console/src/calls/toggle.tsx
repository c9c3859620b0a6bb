/** Opens the code of what was just done, from the head of a page on a narrow screen. */
import { IconButton } from "../ui/button.tsx";
import { isPanelOpen } from "./panel.tsx";

export function CodeToggle() {
  return (
    <IconButton
      class="narrow-only"
      icon="code"
      label="As code"
      aria-expanded={isPanelOpen.value}
      onClick={() => isPanelOpen.value = !isPanelOpen.value}
    />
  );
}
