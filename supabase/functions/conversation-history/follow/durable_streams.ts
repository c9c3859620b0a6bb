/**
 * The read side of the Durable Streams protocol, version 1.0: offsets in and out, catch-up, long-poll and SSE in
 * JSON mode. An offset is a seq in 16 digits, so that offsets sort as text.
 * https://github.com/durable-streams/durable-streams/blob/main/PROTOCOL.md
 */
import { z } from "@hono/zod-openapi";
import { HEARTBEAT } from "./event_stream.ts";
import type { Step } from "./steps.ts";

export const Offset = z.string().regex(/^(-1|now|\d{1,15}|0\d{15})$/, {
  error: "Must be -1, now or an offset of an earlier answer.",
});

/** The seq that an offset stands for. */
export function seqOf(offset: string): number | "now" {
  if (offset === "now") return "now";
  return offset === "-1" ? 0 : Number(offset);
}

export function offsetOf(seq: number): string {
  return String(seq).padStart(16, "0");
}

/** Cursors count intervals of 20 s since 9 October 2024. */
const EPOCH_MS = Date.UTC(2024, 9, 9);
const INTERVAL_MS = 20_000;

/** A cursor that is later than the client's, so that no cache in between answers the same forever. */
export function cursorAfter(cursor: string | undefined): string {
  const current = Math.floor((Date.now() - EPOCH_MS) / INTERVAL_MS);
  return String(Math.max(current, Number(cursor ?? 0) + 1));
}

export interface Position {
  after: number;
  isUpToDate: boolean;
  isClosed?: boolean;
}

/** The headers of every answer. */
export function streamHeaders(
  { after, isUpToDate, isClosed = false }: Position,
  cursor: string | undefined,
): Record<string, string> {
  return {
    "Stream-Next-Offset": offsetOf(after),
    "Stream-Cursor": cursorAfter(cursor),
    ...(isUpToDate && { "Stream-Up-To-Date": "true" }),
    ...(isClosed && { "Stream-Closed": "true" }),
  };
}

/** The step as events: `data` with the rows as an array, then `control` with where to read on. */
export function dataEventsOf(step: Step, cursor: string | undefined): string {
  if (step.kind === "quiet") return HEARTBEAT;
  if (step.kind === "end") {
    return step.reason === "gone"
      ? control({ after: step.after, isUpToDate: true, isClosed: true }, cursor)
      : "";
  }
  const { lines } = step.piece;
  const data = lines.length > 0
    ? `event: data\ndata: [${lines.join(",")}]\n\n`
    : "";
  return data + control(step, cursor);
}

function control(
  { after, isUpToDate, isClosed = false }: Position,
  cursor: string | undefined,
): string {
  const data = {
    streamNextOffset: offsetOf(after),
    streamCursor: cursorAfter(cursor),
    ...(isUpToDate && { upToDate: true }),
    ...(isClosed && { streamClosed: true }),
  };
  return `event: control\ndata: ${JSON.stringify(data)}\n\n`;
}
