/** The two ways to learn what was appended: an event stream, and requests that wait for news. */
import { ContinuumError } from "./error.ts";
import { eventsIn } from "./event_stream.ts";
import { networkFailure, ofType } from "./failure.ts";
import type { Http } from "./http.ts";
import { linesOf } from "./lines.ts";
import type { FollowAnswer, Head, Message } from "./types.ts";
import { limited } from "./waiting.ts";

/** What has happened. `gone`: the caller cannot see the conversation any more. */
export type News =
  | { message: Message }
  | { head: Head }
  | { erased: { seqs: number[] } }
  | { gone: unknown };

/** What the follower knows. As long as `after` is null, it follows from the end of the log. */
export interface Known {
  after: number | null;
  head: number | null;
}

/** Yields what is new until the response ends. Throws only a {@link ContinuumError}. */
export type Source = (
  http: Http,
  url: string,
  known: Readonly<Known>,
  signal: AbortSignal | undefined,
) => AsyncGenerator<News, void, undefined>;

/** A stream without a byte for this long, not even a heartbeat, counts as broken. */
const SILENCE_MS = 45_000;

/** How long a request waits for news at most. */
const WAIT_MS = 20_000;

/** Thrown if the platform cannot read a response while it arrives, as in React Native. */
export const NO_STREAMS: ContinuumError = new ContinuumError({
  code: "unexpected_response",
  detail: "This platform cannot read streams.",
  retryable: true,
});

export const streamed: Source = async function* (http, url, known, signal) {
  const silence = limited(SILENCE_MS, signal);
  try {
    const { body } = await http.send({
      url,
      query: { after: known.after ?? "now" },
      headers: { Accept: "text/event-stream" },
      retries: 0,
      signal: silence.signal,
    }, (response) => ofType(response, /event-stream/));
    if (!body) throw NO_STREAMS;
    const events = eventsIn(linesOf(body, silence.restart));
    for await (const { type, data } of events) {
      if (type === "continue") return;
      // The time that the caller takes to handle it does not count as silence.
      silence.stop();
      yield { [type]: http.parse(data) } as News;
      silence.restart();
    }
  } catch (error) {
    throw error instanceof ContinuumError ? error : networkFailure(error);
  } finally {
    silence.release();
  }
};

export const polled: Source = async function* (http, url, known, signal) {
  const answer: FollowAnswer = await http.json({
    url,
    query: {
      after: known.after ?? "now",
      head_position: known.head ?? undefined,
      // The first request returns at once, to learn where the live line ends.
      wait: known.head === null
        ? 0
        : Math.ceil(Math.min(WAIT_MS, http.timeoutMs) / 1000),
    },
    headers: { Accept: "application/json" },
    retries: 0,
    // The time limit must not end before the wait does.
    patience: 3,
    signal,
  });
  const { messages, last_seq, head_position, up_to_date } = answer;
  for (const message of messages) yield { message };
  // Otherwise more messages follow, which may explain where the live line ends.
  if (up_to_date) yield { head: { last_seq, head_position } };
};
