/** Light or dark: as the system has it, or as the user has chosen. */
import { signal } from "./preact.ts";

export type Theme = "system" | "light" | "dark";

const STORED = "continuum.theme";

export const theme = signal<Theme>(stored());

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === "system") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, chosen);
  applyTheme();
}

/** Marks the page with the choice, which the styles read. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.peek();
}

function stored(): Theme {
  const value = localStorage.getItem(STORED);
  return value === "light" || value === "dark" ? value : "system";
}
