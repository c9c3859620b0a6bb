/** Follows the log of a conversation without gaps or repetitions, over as many requests as that takes. */
import { ContinuumError } from "./error.ts";
import { type Known, NO_STREAMS, polled, streamed } from "./follow_source.ts";
import type { Http } from "./http.ts";
import type { CallOptions, Head, Message } from "./types.ts";
import { pause, pauseBefore } from "./waiting.ts";

export interface FollowOptions extends CallOptions {
  /** Begins after this seq. 0, the default, is the beginning of the log, and `now` its end. */
  after?: number | "now" | undefined;
  /**
   * Called once at the beginning, unless a message comes first, and whenever a rewind or a switch of the branch moves
   * the end of the live line without a new message. If a message comes after a rewind, its `parent_position` tells.
   */
  onHead?: ((head: Head) => void) | undefined;
  /** Called with the seqs of erased messages, if they are before the next message. Not with `transport: "poll"`. */
  onErased?: ((seqs: number[]) => void) | undefined;
  /** `stream` is the default. The client changes to `poll` by itself if something on the way blocks streams. */
  transport?: "stream" | "poll" | undefined;
  /** How many tries in a row may fail. No limit if omitted. */
  retries?: number | undefined;
}

/** After a request that was shorter than this and brought nothing, the client waits before the next one. */
const SHORT_MS = 1000;

/** After so many streams without a byte, something on the way must be holding streams back. */
const SILENT_STREAMS = 2;

/**
 * Yields every message of the log in the order of `seq`. Seqs have no gaps, so a missing message is noticed and
 * requested again. Ends without an error when the signal is aborted, because that is the usual end.
 *
 * @throws {ContinuumError} `not_found` if the conversation is deleted or no longer shared with the caller.
 */
export async function* follow(
  http: Http,
  url: string,
  { after = 0, onHead, onErased, transport, retries = Infinity, signal }:
    FollowOptions,
): AsyncGenerator<Message, void, undefined> {
  const known: Known = { after: after === "now" ? null : after, head: null };
  let failures = 0;
  let silences = 0;
  let source = transport === "poll" ? polled : streamed;
  while (!signal?.aborted) {
    const begun = Date.now();
    const before = { ...known };
    let failure: ContinuumError | null = null;
    try {
      for await (const news of source(http, url, known, signal)) {
        if ("message" in news) {
          const { seq, position } = news.message;
          const next = (known.after ?? seq - 1) + 1;
          if (seq > next) {
            throw failed("incomplete", `${seq} came before ${next}.`);
          }
          if (seq < next) continue;
          known.after = seq;
          // A revision has the position of an earlier message, so it does not move the end.
          if (position === seq) known.head = seq;
          yield news.message;
        } else if ("erased" in news) {
          onErased?.(news.erased.seqs);
        } else if (
          "gone" in news || news.head.last_seq < (known.after ?? 0)
        ) {
          throw failed(
            "not_found",
            "You do not see the conversation any more.",
          );
        } else {
          const { head_position, last_seq } = news.head;
          known.after ??= last_seq;
          if (head_position !== known.head) onHead?.(news.head);
          known.head = head_position;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof ContinuumError)) throw error;
      failure = error;
    }

    silences = failure?.code === "timeout" ? silences + 1 : 0;
    if (failure === NO_STREAMS || silences >= SILENT_STREAMS) source = polled;
    if (known.after !== before.after || known.head !== before.head) {
      failures = 0;
    } else if (failure || Date.now() - begun < SHORT_MS) failures++;
    else failures = 0;
    if (failure && (!failure.retryable || failures > retries)) throw failure;
    if (failures > 0) {
      await pause(pauseBefore(failures, failure?.retryAfterMs), signal)
        .catch(() => {});
    }
  }
}

function failed(
  code: "incomplete" | "not_found",
  detail: string,
): ContinuumError {
  return new ContinuumError({ code, detail, retryable: code === "incomplete" });
}
