/** What a request to follow a conversation asks for. */
import { z } from "@hono/zod-openapi";
import { parseAccept } from "hono/utils/accept";
import { queryOf, wholeNumber } from "../../_shared/wire/rules.ts";
import { Problem } from "../../_shared/problems/problem.ts";
import { Offset, seqOf } from "./durable_streams.ts";
import { WAIT_MS } from "./settings.ts";

/** The most seconds that a client may ask to wait. */
const MAX_WAIT_S = 25;

const Seq = z.string().regex(/^\d{1,15}$/, { error: "Must be a seq." });

export const FollowQuery = queryOf({
  after: z.union([z.literal("now"), Seq], {
    error: "Must be a seq, or now.",
  }).optional().openapi({
    type: "string",
    description:
      "Follow after this seq; `now` is the end of the log at this moment. From the beginning of the log if omitted. " +
      "A Last-Event-ID header takes precedence.",
    example: "41",
  }),
  wait: wholeNumber(0, MAX_WAIT_S).optional().openapi({
    description:
      "Seconds to wait for news, if there is none yet. Not for event streams.",
  }),
  head_position: wholeNumber(0).optional().openapi({
    description:
      "The `head_position` of an earlier answer: another one is news too. Not for event streams.",
  }),
  live: z.enum(["sse", "long-poll"]).optional().openapi({
    description:
      "`sse`: an event stream, whatever `Accept` says. `long-poll`: only with `offset`.",
  }),
  offset: Offset.optional().openapi({
    description:
      "Read in the dialect of Durable Streams, from this offset: -1, now, or the Stream-Next-Offset of an answer.",
  }),
  cursor: z.string().regex(/^\d{1,15}$/, {
    error: "Must be the Stream-Cursor of an earlier answer.",
  }).optional().openapi({
    description: "The Stream-Cursor of an earlier answer.",
  }),
}).refine(({ live, offset }) => live !== "long-poll" || offset !== undefined, {
  path: ["offset"],
  error: "Is required with live=long-poll.",
});

export const FollowHeaders = z.object({
  "last-event-id": z.union([z.literal(""), Seq]).optional().openapi({
    type: "string",
    description: "The id of the last event that was received.",
    example: "41",
  }),
});

type Query = z.infer<typeof FollowQuery>;

export interface Wanted {
  dialect: "own" | "durable streams";
  form: "events" | "json";
  after: number | "now";
  /** How long an answer in JSON may wait for news. */
  waitMs: number;
  /** The head that the client knows. */
  headPosition: number | undefined;
  /** The cursor of Durable Streams that the client has. */
  cursor: string | undefined;
}

/**
 * @throws {Problem} `not_acceptable` if the client accepts neither JSON nor an event stream.
 */
export function wantedBy(
  query: Query,
  lastEventId: string | undefined,
  accept: string | undefined,
): Wanted {
  const { offset, live, after, wait = 0, cursor } = query;
  if (offset !== undefined) {
    return {
      cursor,
      headPosition: undefined,
      dialect: "durable streams",
      form: live === "sse" ? "events" : "json",
      after: seqOf(offset),
      waitMs: live === "long-poll" ? WAIT_MS : 0,
    };
  }
  return {
    cursor,
    headPosition: query.head_position,
    dialect: "own",
    form: live === "sse" ? "events" : formOf(accept),
    after: lastEventId
      ? Number(lastEventId)
      : after === "now"
      ? "now"
      : Number(after ?? 0),
    waitMs: Math.min(wait * 1000, WAIT_MS),
  };
}

const FORMS = {
  events: ["text/event-stream", "text/*"],
  json: ["application/json", "application/*", "*/*"],
};

/** The preferred form, JSON if both are equal. */
function formOf(accept: string | undefined): "events" | "json" {
  if (accept === undefined) return "json";
  const ranges = parseAccept(accept);
  const weigh = (types: string[]) =>
    types.flatMap((type) =>
      ranges.filter((range) => range.type.toLowerCase() === type)
    ).at(0)?.q ?? 0;
  const [events, json] = [weigh(FORMS.events), weigh(FORMS.json)];
  if (events === 0 && json === 0 && ranges.length > 0) {
    throw new Problem("not_acceptable", {
      detail:
        "The response is text/event-stream or application/json, which the Accept header excludes.",
    });
  }
  return events > json ? "events" : "json";
}
