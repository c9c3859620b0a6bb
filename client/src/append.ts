/** Appends messages. Every append has an Idempotency-Key, so it can be sent again. */
import { ContinuumError } from "./error.ts";
import type { Http } from "./http.ts";
import { keyHeader, randomName } from "./names.ts";
import { APPEND } from "./paths.ts";
import type { AppendAnswer, CallOptions, MessageInput } from "./types.ts";

/** The options of an append. docs/reference/api.md explains them in detail. */
export interface AppendOptions extends CallOptions {
  /** The append is refused unless this is the conversation's `last_seq`. */
  expectedSeq?: number | undefined;
  /** Before appending, ends the live line at this position. */
  afterPosition?: number | undefined;
  /** What to do with a message whose `client_id` is already stored with another payload. */
  onMismatch?: "refuse" | "revise" | undefined;
  /** Files to link to the conversation. */
  fileIds?: string[] | undefined;
  /** Used only if the append creates the conversation, like `metadata` and `ttlSeconds`. */
  title?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  ttlSeconds?: number | undefined;
  /**
   * Generated for each call if omitted. To be able to retry after your process has crashed, store a key of your
   * own before the call.
   */
  idempotencyKey?: string | undefined;
}

/** Sends a batch until it is stored or refused. All tries have the same key. */
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
