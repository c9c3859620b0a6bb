/** Changes a conversation, but not its messages. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import type { CallOptions, Conversation } from "./types.ts";

export interface Change {
  title?: string | undefined;
  /** A merge patch (RFC 7396): null removes a member. */
  metadata?: Record<string, unknown> | undefined;
  archived?: boolean | undefined;
  /** Owner only. The conversation is deleted after this time without activity; null keeps it. */
  ttlSeconds?: number | null | undefined;
  /** Switches to the branch that ends at this position. */
  headPosition?: number | undefined;
}

/**
 * Sends a change. To repeat it is safe, because it says how the conversation shall be, with two exceptions:
 *
 * - A switch of the branch is not repeated, because it could take messages that others have appended meanwhile off
 *   the live line. With `ifMatch` it is repeated, because it then fails if there are any.
 * - With `ifMatch`, a retry fails if the first try was carried out and only its response was lost. So if the
 *   conversation is as the change wants it, the call succeeds.
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

/** Whether a merge patch (RFC 7396) leaves `value` as it is. Members that are undefined do not count. */
function isPatched(value: unknown, patch: unknown): boolean {
  if (patch === undefined) return true;
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) {
    return JSON.stringify(value ?? null) === JSON.stringify(patch);
  }
  return Object.entries(patch).every(([name, member]) =>
    isPatched(Object(value)[name], member)
  );
}
