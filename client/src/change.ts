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
  const { title, metadata, archived, ttlSeconds, headPosition } = change;
  try {
    return await http.json({
      method: "PATCH",
      url,
      headers: { "If-Match": ifMatch },
      json: {
        title,
        metadata,
        archived,
        ttl_seconds: ttlSeconds,
        head_position: headPosition,
      },
      repeatable: headPosition === undefined || ifMatch !== undefined,
      signal,
    });
  } catch (error) {
    const mayBeDone = error instanceof ContinuumError &&
      error.code === "precondition_failed" && error.outcomeUnknown;
    if (!mayBeDone) throw error;
    const { conversation } = await http.json({
      url,
      query: { limit: 1 },
      repeatable: true,
      signal,
    });
    if (conversation !== null && isAsMeant(conversation, change)) {
      return conversation;
    }
    throw error;
  }
}

function isAsMeant(is: Conversation, change: Change): boolean {
  const { title, metadata, archived, ttlSeconds, headPosition } = change;
  return (title === undefined || is.title === title) &&
    (archived === undefined || (is.archived_at !== null) === archived) &&
    (ttlSeconds === undefined || is.ttl_seconds === ttlSeconds) &&
    (headPosition === undefined || is.head_position === headPosition) &&
    (metadata === undefined || isPatched(is.metadata, metadata));
}

/** Whether a merge patch would change nothing of `value`. */
function isPatched(value: unknown, patch: unknown): boolean {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) {
    return JSON.stringify(value) === JSON.stringify(patch);
  }
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(patch).every(([name, member]) =>
    member === null || member === undefined
      ? !(name in value) || member === undefined
      : isPatched((value as Record<string, unknown>)[name], member)
  );
}
