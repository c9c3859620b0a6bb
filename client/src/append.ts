/** Appending: the one call that writes messages, keyed so that it can be sent again. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import { keyHeader, randomName } from "./names.ts";
import { APPEND } from "./paths.ts";
import type { AppendAnswer, CallOptions, MessageInput } from "./types.ts";

/** What is not undefined is sent; each is explained in docs/api.md. */
export interface AppendOptions extends CallOptions {
  /** Refuses the append unless this is the conversation's `last_seq`. */
  expectedSeq?: number | undefined;
  /** Ends the live line at this position first. */
  afterPosition?: number | undefined;
  /** What becomes of a message whose `client_id` is stored with another payload. */
  onMismatch?: "refuse" | "revise" | undefined;
  /** Files to link to the conversation. */
  fileIds?: string[] | undefined;
  /** Used if the append creates the conversation, as are the next two. */
  title?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  ttlSeconds?: number | undefined;
  /**
   * Made for each call if omitted. To be safe across a crash of your process as well, keep a key of your own
   * until the call has returned.
   */
  idempotencyKey?: string | undefined;
}

/** Sends one batch until it is stored or refused, always with the same key. */
export async function appendBatch(
  http: Http,
  continuationId: string,
  messages: readonly MessageInput[],
  options: AppendOptions,
): Promise<AppendAnswer> {
  const key = options.idempotencyKey ?? randomName();
  try {
    return await http.json({
      method: "POST",
      url: APPEND,
      headers: { "Idempotency-Key": keyHeader(key) },
      json: {
        continuation_id: continuationId,
        expected_seq: options.expectedSeq,
        after_position: options.afterPosition,
        on_mismatch: options.onMismatch,
        file_ids: options.fileIds,
        title: options.title,
        metadata: options.metadata,
        ttl_seconds: options.ttlSeconds,
        messages,
      },
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof ContinuumError) error.idempotencyKey = key;
    throw error;
  }
}
