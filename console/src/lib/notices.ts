/** Short notices in a corner, and what a screen reader says. */
import { whenUserLeaves } from "../project/leaving.ts";
import { signal } from "./preact.ts";
import { isAbort, troubleOf } from "./problems.ts";

export interface Notice {
  id: number;
  kind: "done" | "trouble";
  text: string;
  detail?: string;
  action?: { label: string; run(): void } | undefined;
}

export const notices = signal<Notice[]>([]);

/** The text of the live region. */
export const spoken = signal("");

/** How long a notice without trouble stays. */
const STAY_MS = 6000;

whenUserLeaves(() => notices.value = []);

let lastId = 0;

/** Says that something is done. */
export function notify(text: string, action?: Notice["action"]): void {
  const id = ++lastId;
  notices.value = [...notices.peek(), { id, kind: "done", text, action }];
  speak(text);
  setTimeout(() => dismiss(id), STAY_MS);
}

/** Says what went wrong. It stays until it is closed. */
export function complain(error: unknown): void {
  if (isAbort(error)) return;
  const { title, detail } = troubleOf(error);
  notices.value = [
    ...notices.peek().filter((notice) => notice.detail !== detail),
    { id: ++lastId, kind: "trouble", text: title, detail },
  ];
  speak(`${title}. ${detail}`);
}

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

/** Has a screen reader say `text` as soon as it says nothing else. */
export function speak(text: string): void {
  // The same text again is only said if the region changes.
  spoken.value = spoken.peek() === text ? `${text}\u00a0` : text;
}
