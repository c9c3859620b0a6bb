/** What somebody is writing. It outlives a reload, and so does its key: sent again, it is stored once. */
import type { MessageRole } from "../../../client/src/index.ts";
import { signal } from "../lib/preact.ts";
import { ROLES } from "../messages/roles.tsx";
import { whenUserLeaves } from "../project/leaving.ts";

export interface Draft {
  text: string;
  role: MessageRole;
  /** The Idempotency-Key. It belongs to what is written: another text has another key. */
  key: string;
  /** The conversation's `last_seq` when the text was begun; null if it is empty. */
  begunAt: number | null;
}

const PREFIX = "continuum.draft.";

/** The next message of that conversation follows this position, and what follows it now becomes a branch. */
export const continueAfter = signal<{ id: string; position: number } | null>(
  null,
);

whenUserLeaves(() => {
  continueAfter.value = null;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
});

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function emptyDraft(role: MessageRole = "user"): Draft {
  return { text: "", role, key: newKey(), begunAt: null };
}

/** The draft for a conversation, or for a new one if `id` is empty. */
export function storedDraft(id: string): Draft {
  try {
    const stored = JSON.parse(sessionStorage.getItem(name(id)) ?? "null");
    const { text, role, key, begunAt } = stored;
    if (
      typeof text === "string" && ROLES.includes(role) &&
      typeof key === "string"
    ) {
      return {
        text,
        role,
        key,
        begunAt: typeof begunAt === "number" ? begunAt : null,
      };
    }
  } catch {
    // There is none.
  }
  return emptyDraft();
}

export function storeDraft(id: string, draft: Draft): void {
  if (draft.text === "") sessionStorage.removeItem(name(id));
  else sessionStorage.setItem(name(id), JSON.stringify(draft));
}

function name(id: string): string {
  return `${PREFIX}${id}`;
}
