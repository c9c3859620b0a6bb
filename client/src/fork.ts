/** Forks a conversation. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import { randomName } from "./names.ts";
import { HISTORY, segment } from "./paths.ts";
import type { CallOptions, Conversation } from "./types.ts";

export interface ForkOptions extends CallOptions {
  /** The last position to copy. The whole live line if omitted. */
  throughPosition?: number | undefined;
  /** The name of the copy. Generated if omitted. */
  continuationId?: string | undefined;
  /** The title of the copy. That of the source if omitted. */
  title?: string | undefined;
}

/**
 * Creates one copy, even if tries are repeated. If the client generated the name and finds it taken, an earlier try
 * has created the copy. If the caller chose the name, another conversation may have it, so the error
 * `already_exists` is thrown, with `outcomeUnknown` if it may be the copy.
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
