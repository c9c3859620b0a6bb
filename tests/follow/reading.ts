/** Reading what a followed conversation sends. */
import assert from "node:assert/strict";
import {
  type EventSourceMessage,
  EventSourceParserStream,
} from "npm:eventsource-parser@4.1.3/stream";
import type { Actor } from "../support/actors.ts";
import { type Answer, request } from "../support/http.ts";
import { type Target, target } from "../support/target.ts";

/** An event, its data parsed. */
export interface Event {
  id: string | undefined;
  event: string | undefined;
  // deno-lint-ignore no-explicit-any -- data of many shapes
  data: any;
}

export interface Followed extends AsyncDisposable {
  response: Response;
  /** The next event; null once the stream has ended. */
  next(): Promise<Event | null>;
  /** The next `count` events, as far as the stream goes. */
  take(count: number): Promise<Event[]>;
  /** Whatever comes until the stream ends. */
  rest(): Promise<Event[]>;
  /** Goes away. */
  leave(): Promise<void>;
}

interface Options {
  /** As in `after=3`. */
  query?: string;
  headers?: Record<string, string>;
  at?: Target;
  /** Ends the request, and the stream. */
  signal?: AbortSignal;
}

export function followPath(id: string, query = ""): string {
  const path = `conversation-history/${encodeURIComponent(id)}/follow`;
  return query === "" ? path : `${path}?${query}`;
}

/** Opens an event stream. The response may be a failure, whose body is then unread. */
export async function open(
  actor: Actor,
  id: string,
  { query, headers, at = target, signal }: Options = {},
): Promise<Followed> {
  const gone = new AbortController();
  const response = await fetch(
    `${at.url}/functions/v1/${followPath(id, query)}`,
    {
      headers: { Accept: "text/event-stream", ...actor.headers, ...headers },
      signal: signal ? AbortSignal.any([gone.signal, signal]) : gone.signal,
    },
  );
  const reader = response.body!
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  const next = async () => {
    const { value, done } = await reader.read();
    return done ? null : parsed(value);
  };
  const take = async (count: number) => {
    const events: Event[] = [];
    while (events.length < count) {
      const event = await next();
      if (event === null) break;
      events.push(event);
    }
    return events;
  };
  const leave = async () => {
    gone.abort();
    await reader.cancel().catch(() => {});
  };
  return {
    response,
    next,
    take,
    rest: () => take(Infinity),
    leave,
    [Symbol.asyncDispose]: leave,
  };
}

function parsed({ id, event, data }: EventSourceMessage): Event {
  return { id, event, data: JSON.parse(data) };
}

/** The seqs of the messages among events, each of which must have its seq as id. */
export function seqsOf(events: Event[]): number[] {
  return events.filter(({ event }) => event === "message").map(
    ({ id, data }) => {
      assert.equal(id, String(data.seq));
      return data.seq;
    },
  );
}

/** Numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** An answer in JSON. */
export function poll(
  actor: Actor,
  id: string,
  query = "",
  options: { headers?: Record<string, string>; method?: string; at?: Target } =
    {},
): Promise<Answer> {
  return request(actor, followPath(id, query), options);
}
