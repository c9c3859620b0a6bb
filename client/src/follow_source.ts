/** The two ways to be told what is appended: a stream of events, and a request that waits. */
import { ContinuumError } from "./error.ts";
import { eventsIn } from "./event_stream.ts";
import { networkFailure, ofType } from "./failure.ts";
import type { Http } from "./http.ts";
import { linesOf } from "./lines.ts";
import type { Head, Message } from "./types.ts";
import { limited } from "./waiting.ts";

/** What came. `gone`: the caller does not see the conversation any more. */
export type News =
  | { message: Message }
  | { head: Head }
  | { erased: { seqs: number[] } }
  | { gone: unknown };

/** What is known so far. `after` is null before anything is: the end of the log is meant then. */
export interface Known {
  after: number | null;
  head: number | null;
}

/** Asks for what is new until the answer ends. Fails with a {@link ContinuumError} only. */
export type Source = (
  http: Http,
  url: string,
  known: Readonly<Known>,
  signal: AbortSignal | undefined,
) => AsyncGenerator<News, void, undefined>;

/** A stream that is silent for so long, heartbeats included, is taken for cut. */
const SILENCE_MS = 45_000;

/** How long a request waits for news; less than what a try may take. */
const WAIT_SECONDS = 20;

/** Thrown where a platform cannot read an answer as it comes. */
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
    if (body === null) throw NO_STREAMS;
    const events = eventsIn(linesOf(body, silence.restart));
    for await (const { type, data } of events) {
      if (type === "continue") return;
      // However long the caller looks at it, that is no silence of the stream.
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
  const { messages, last_seq, head_position } = await http.json({
    url,
    query: {
      after: known.after ?? "now",
      head_position: known.head ?? undefined,
      // At first there may be something to know at once.
      wait: known.head === null ? 0 : WAIT_SECONDS,
    },
    headers: { Accept: "application/json" },
    retries: 0,
    signal,
  });
  for (const message of messages) yield { message };
  // Before the end of the log, the head is not that of these messages.
  if ((messages.at(-1)?.seq ?? known.after ?? last_seq) >= last_seq) {
    yield { head: { last_seq, head_position } };
  }
};
