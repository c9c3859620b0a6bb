/** Steps as Server-Sent Events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { PieceStep, Step } from "./steps.ts";

/** What keeps a connection from being taken for dead. Clients ignore it. */
export const HEARTBEAT = ": nothing new\n\n";

/**
 * The step as events: `message` for each row, `erased` for rows that the reader has, `head` where the live line
 * ends, and last `continue` or `gone`. The id of each is the seq to read on from.
 */
export function eventsOf(step: Step): string {
  switch (step.kind) {
    case "piece":
      return pieceEvents(step);
    case "quiet":
      return HEARTBEAT;
    case "end":
      return event(
        step.after,
        step.reason === "time" ? "continue" : "gone",
        JSON.stringify({ after: step.after }),
      );
  }
}

function pieceEvents(
  { piece, after, isUpToDate, isLineMoved }: PieceStep,
): string {
  const { lines, erased_seqs: seqs, last_seq, head_position } = piece;
  const before = after - lines.length;
  const events = lines.map((line, index) =>
    event(before + index + 1, "message", line)
  );
  if (seqs.length > 0) {
    events.unshift(event(before, "erased", JSON.stringify({ seqs })));
  }
  if (isUpToDate && isLineMoved) {
    events.push(
      event(after, "head", JSON.stringify({ head_position, last_seq })),
    );
  }
  return events.join("");
}

/** The beginning of a stream: how soon a client should come back after its end. */
export const PREAMBLE = "retry: 1000\n\n";

function event(id: number, name: string, data: string): string {
  return `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;
}
