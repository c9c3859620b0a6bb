/** Following a conversation: its log from a seq on, without gaps or repetitions, over as many requests as it takes. */
import { ContinuumError } from "./error.ts";
import { type Known, NO_STREAMS, polled, streamed } from "./follow_source.ts";
import type { Http } from "./http.ts";
import type { CallOptions, Head, Message } from "./types.ts";
import { pause, pauseBefore } from "./waiting.ts";

export interface FollowOptions extends CallOptions {
  /** The seq after which to begin; 0, the default, is the beginning of the log, `now` its end. */
  after?: number | "now" | undefined;
  /**
   * Called at first, and when the end of the live line has moved without a message: by a rewind or a switch of the
   * branch. A message whose `parent_position` is not the end that you know has been written after such a move.
   */
  onHead?: ((head: Head) => void) | undefined;
  /** Called with the seqs of messages before `after` or already given that were erased. Streams only. */
  onErased?: ((seqs: number[]) => void) | undefined;
  /** `stream`, the default, changes to `poll` by itself if streams do not get through. */
  transport?: "stream" | "poll" | undefined;
  /** How many tries in a row may fail; no limit if omitted. */
  retries?: number | undefined;
}

/** A request that ends sooner, without news, is not followed by the next one at once. */
const SHORT_MS = 1000;

/** So many silent streams in a row are not bad luck: something on the way holds streams back. */
const SILENT_STREAMS = 2;

/**
 * Every message of the log in order of `seq`, which has no gaps: one that is not the next is asked for again. Ends
 * quietly when the signal is aborted, since nothing else ends it.
 *
 * @throws {ContinuumError} `not_found` once the conversation is deleted or no longer shared with the caller.
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
          // A revision has the position of another message, and leaves the end where it is.
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
