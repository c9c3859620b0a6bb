/** Following a conversation: its log from a seq on, without gaps or repetitions, over as many requests as it takes. */
import { ContinuumError } from "./error.ts";
import { NO_STREAMS, polled, streamed } from "./follow_source.ts";
import type { Http } from "./http.ts";
import type { CallOptions, Head, Message } from "./types.ts";
import { pause, pauseBefore } from "./waiting.ts";

export interface FollowOptions extends CallOptions {
  /** The seq after which to begin; 0, the default, is the beginning of the log. */
  after?: number | undefined;
  /**
   * Called at first, and when the end of the live line has moved without a message: by a rewind or a switch of the
   * branch. A message whose `parent_position` is not the end that you know has been written after such a move.
   */
  onHead?: ((head: Head) => void) | undefined;
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
 */
export async function* follow(
  http: Http,
  url: string,
  { after = 0, onHead, transport, retries = Infinity, signal }: FollowOptions,
): AsyncGenerator<Message, void, undefined> {
  let last = after;
  let head = -1;
  let failures = 0;
  let silences = 0;
  let source = transport === "poll" ? polled : streamed;
  while (!signal?.aborted) {
    const begun = Date.now();
    const first = last;
    let failure: ContinuumError | null = null;
    try {
      for await (const news of source(http, url, last, signal)) {
        if ("head" in news) {
          const { head_position } = news.head;
          if (head_position !== head) onHead?.(news.head);
          head = head_position;
        } else if (news.message.seq > last + 1) {
          throw missing(last + 1);
        } else if (news.message.seq === last + 1) {
          last++;
          // A revision has the position of another message, and leaves the end where it is.
          if (news.message.position === last) head = last;
          yield news.message;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof ContinuumError)) throw error;
      failure = error;
    }

    silences = failure?.code === "timeout" ? silences + 1 : 0;
    if (failure === NO_STREAMS || silences >= SILENT_STREAMS) source = polled;
    if (last > first) failures = 0;
    else if (failure || Date.now() - begun < SHORT_MS) failures++;
    else failures = 0;
    if (failure && (!failure.retryable || failures > retries)) throw failure;
    if (failures > 0) {
      await pause(pauseBefore(failures, failure?.retryAfterMs), signal)
        .catch(() => {});
    }
  }
}

function missing(seq: number): ContinuumError {
  return new ContinuumError({
    code: "incomplete",
    detail: `Message ${seq} was left out.`,
    retryable: true,
  });
}
