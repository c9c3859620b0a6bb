/** Following as single answers in JSON, which may wait for news. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { json } from "../../_shared/http/route.ts";
import type { Env } from "../../_shared/platform/env.ts";
import { Message } from "../../_shared/wire/conversation.ts";
import { streamHeaders } from "./durable_streams.ts";
import { BEYOND, NOTHING, readPiece } from "./pieces.ts";
import { takePlace } from "./readers.ts";
import type { Wanted } from "./request.ts";
import { follow, type PieceStep, type Reader } from "./steps.ts";

export const FollowAnswer = z.strictObject({
  messages: z.array(Message).openapi({ description: "In order of seq." }),
  after: z.int().openapi({ description: "The seq to go on from." }),
  last_seq: z.int().openapi({
    description: "The seq of the newest message in the log.",
  }),
  head_position: z.int().openapi({
    description: "The last position of the live line.",
  }),
  up_to_date: z.boolean().openapi({
    description: "Whether these messages are all that there are.",
  }),
}).openapi("Follow");

type Waiting = Omit<Reader, "signal">;

/** Answers with what the log has after a seq, or waits for it. */
export async function answerAsJson(
  c: Context<Env>,
  reader: Waiting,
  wanted: Wanted,
): Promise<Response> {
  const { signal, method } = c.req.raw;
  if (method === "HEAD") return await answerWithTail(c, reader, signal);
  const leave = wanted.waitMs > 0 ? takePlace(reader.userId) : () => {};
  try {
    const { piece, after, isUpToDate, isClosed } = await newsOf(
      { ...reader, signal },
      wanted,
    );
    const messages = `[${piece.lines.join(",")}]`;
    if (wanted.dialect === "own") {
      return json(
        c,
        `{"messages":${messages},"after":${after},"last_seq":${piece.last_seq},` +
          `"head_position":${piece.head_position},"up_to_date":${isUpToDate}}`,
      );
    }
    const headers = streamHeaders(
      { after, isUpToDate, isClosed },
      wanted.cursor,
    );
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    return wanted.waitMs > 0 && piece.lines.length === 0
      ? c.body(null, 204)
      : json(c, messages);
  } finally {
    leave();
  }
}

type News = PieceStep & { isClosed: boolean };

/** The first piece that is news to the client; the last one, without rows, once the time is over. */
async function newsOf(
  reader: Reader,
  { waitMs, headPosition }: Wanted,
): Promise<News> {
  let last: PieceStep | null = null;
  for await (const step of follow(reader)) {
    if (step.kind === "piece") {
      const { piece, isLineMoved } = step;
      const isOtherHead = last === null
        ? headPosition !== undefined && piece.head_position !== headPosition
        : isLineMoved;
      last = step;
      if (waitMs === 0 || piece.lines.length > 0 || isOtherHead) break;
    }
    if (step.kind === "end" && step.reason === "gone") {
      const { after } = step;
      return { ...nothingAfter(after), isClosed: true };
    }
  }
  return { ...last ?? nothingAfter(0), isClosed: false };
}

function nothingAfter(after: number): PieceStep {
  return {
    kind: "piece",
    piece: NOTHING,
    after,
    isUpToDate: true,
    isLineMoved: false,
  };
}

/** HEAD, by which clients of Durable Streams ask where the log ends. */
async function answerWithTail(
  c: Context<Env>,
  reader: Waiting,
  signal: AbortSignal,
): Promise<Response> {
  const { last_seq, release } = await readPiece(reader, BEYOND, null, signal);
  release();
  return c.body(null, 200, {
    "Content-Type": "application/json",
    ...streamHeaders({ after: last_seq, isUpToDate: true }, undefined),
  });
}
