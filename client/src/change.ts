/** Changing what is known of a conversation besides its messages. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import type { CallOptions, Conversation } from "./types.ts";

export interface Change {
  title?: string | undefined;
  /** A merge patch (RFC 7396): null removes a member. */
  metadata?: Record<string, unknown> | undefined;
  archived?: boolean | undefined;
  /** Owner only: deletes the conversation once it has been silent for so long; null keeps it. */
  ttlSeconds?: number | null | undefined;
  /** Makes the line that ends at this position the live one. */
  headPosition?: number | undefined;
}

/**
 * Sends a change. It may be repeated after a lost answer, since it says what is to be and not what is to be done.
 * Two cases differ. A switch of the branch is not repeated, for what others have appended meanwhile would be off
 * the line; with `ifMatch` it can be, as it then fails. And a repeated change with `ifMatch` that fails is looked
 * into: if the conversation is as it was meant to become, the first try has done it.
 */
export async function changeConversation(
  http: Http,
  url: string,
  change: Change,
  { ifMatch, signal }: CallOptions & { ifMatch?: string | undefined },
): Promise<Conversation> {
  const { headPosition: head_position, ttlSeconds: ttl_seconds, ...rest } =
    change;
  const patch = { ...rest, head_position, ttl_seconds };
  try {
    return await http.json({
      method: "PATCH",
      url,
      headers: { "If-Match": ifMatch },
      json: patch,
      once: head_position !== undefined && ifMatch === undefined,
      signal,
    });
  } catch (error) {
    const mayBeDone = error instanceof ContinuumError &&
      error.code === "precondition_failed" && error.outcomeUnknown;
    if (!mayBeDone) throw error;
    const { conversation } = await http.get(url, { signal }, { limit: 1 });
    if (conversation) {
      const archived = conversation.archived_at !== null;
      if (isPatched({ ...conversation, archived }, patch)) return conversation;
    }
    throw error;
  }
}

/** Whether a merge patch (RFC 7396) would change nothing of `value`. Undefined is not in it. */
function isPatched(value: unknown, patch: unknown): boolean {
  if (patch === undefined) return true;
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) {
    return JSON.stringify(value ?? null) === JSON.stringify(patch);
  }
  return Object.entries(patch).every(([name, member]) =>
    isPatched(Object(value)[name], member)
  );
}
