/** Copying a conversation. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import { randomName } from "./names.ts";
import { HISTORY, segment } from "./paths.ts";
import type { CallOptions, Conversation } from "./types.ts";

export interface ForkOptions extends CallOptions {
  /** The last position to copy; the whole live line if omitted. */
  throughPosition?: number | undefined;
  /** The name of the copy; made if omitted. */
  continuationId?: string | undefined;
  /** Its title; that of the source if omitted. */
  title?: string | undefined;
}

/**
 * Makes a copy, and never two. With a name of the client's making, a try that finds the name taken has found the
 * copy of an earlier one. With yours that cannot be told, so the error stays: `already_exists`, with
 * `outcomeUnknown`.
 */
export async function forkConversation(
  http: Http,
  url: string,
  { throughPosition, continuationId, title, signal }: ForkOptions,
): Promise<Conversation> {
  const name = continuationId ?? randomName();
  try {
    return await http.json({
      method: "POST",
      url: `${url}/fork`,
      json: {
        through_position: throughPosition,
        continuation_id: name,
        title,
      },
      patience: 3,
      signal,
    });
  } catch (error) {
    const isOurs = continuationId === undefined &&
      error instanceof ContinuumError && error.code === "already_exists";
    if (!isOurs) throw error;
    const { conversation } = await http.get(
      `${HISTORY}/${segment(name)}`,
      { signal },
      { limit: 1 },
    );
    return conversation;
  }
}
