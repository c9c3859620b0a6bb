/** The two ways to be told what is appended: a stream of events, and a request that waits. */
import { ContinuumError } from "./error.ts";
import { eventsIn } from "./event_stream.ts";
import { failureOf, networkFailure } from "./failure.ts";
import type { Http } from "./http.ts";
import { linesOf } from "./lines.ts";
import type { Head, Message } from "./types.ts";
import { limited } from "./waiting.ts";

/** What came: a message, or where the line now ends. */
export type News = { message: Message } | { head: Head };

/** Asks for what comes after a seq until the answer ends. Fails with a {@link ContinuumError} only. */
export type Source = (
  http: Http,
  url: string,
  after: number,
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

export const streamed: Source = async function* (http, url, after, signal) {
  const silence = limited(SILENCE_MS, signal);
  try {
    const { body } = await http.send({
      url,
      query: { after },
      headers: { Accept: "text/event-stream" },
      retries: 0,
      signal: silence.signal,
    }, async (response) => {
      const type = response.headers.get("Content-Type") ?? "";
      if (type.startsWith("text/event-stream")) return response;
      throw await failureOf(response);
    });
    if (body === null) throw NO_STREAMS;
    const events = eventsIn(linesOf(body, () => silence.restart()));
    for await (const { type, data } of events) {
      if (type === "continue") return;
      // However long the caller looks at it, that is no silence of the stream.
      silence.stop();
      if (type === "message") yield { message: parsed(http, data) };
      if (type === "head") yield { head: parsed(http, data) };
      silence.restart();
    }
  } catch (error) {
    throw error instanceof ContinuumError ? error : networkFailure(error);
  } finally {
    silence.release();
  }
};

export const polled: Source = async function* (http, url, after, signal) {
  const { messages, last_seq, head_position } = await http.json({
    url,
    query: { after, wait: WAIT_SECONDS },
    headers: { Accept: "application/json" },
    retries: 0,
    signal,
  });
  for (const message of messages) yield { message };
  yield { head: { last_seq, head_position } };
};

// deno-lint-ignore no-explicit-any -- the API's document says what an event holds
function parsed(http: Http, data: string): any {
  try {
    return http.parse(data);
  } catch (cause) {
    throw networkFailure(cause);
  }
}
