/** What a reader of a log gets, step by step: first what is there, then what comes. */
import { Problem } from "../../_shared/problems/problem.ts";
import { changeOf } from "./lookout.ts";
import { BEYOND, type Piece, readPiece, type Source } from "./pieces.ts";
import { workerEnds } from "./worker.ts";

export interface Reader extends Source {
  token: string;
  /** The seq to read on from; `now` is where the log ends at this moment. */
  after: number | "now";
  /** When the reading ends, in milliseconds since the epoch. */
  until: number;
  /** The longest time without a step, in milliseconds. */
  heartbeatMs: number;
  /** Aborts when nobody takes the steps any more. */
  signal: AbortSignal;
}

/** Rows, erasures, or another end of the live line. The first step is one, even if it holds nothing. */
export interface PieceStep {
  kind: "piece";
  piece: Piece;
  /** The seq up to which the reader has the log now. */
  after: number;
  /** Whether that is all of the log. */
  isUpToDate: boolean;
  /** Whether the live line ends elsewhere than the rows tell, or the reader has just reached the end of the log. */
  isLineMoved: boolean;
}

export type Step =
  | PieceStep
  /** Nothing has come for a while. */
  | { kind: "quiet"; after: number }
  /** The last step. `gone`: the user does not see the conversation any more. */
  | { kind: "end"; reason: "time" | "gone"; after: number };

/**
 * Reads a log from a seq on. Nothing is read before the step that it is for is asked for.
 *
 * @throws {Problem} `position_conflict` if the log has never reached the seq; what the database fails with.
 */
export async function* follow(reader: Reader): AsyncGenerator<Step> {
  let piece = await firstPiece(reader);
  try {
    let after = reader.after === "now" ? piece.last_seq : reader.after;
    let head: number | null = null;
    for (let isFirst = true;; isFirst = false) {
      after += piece.lines.length;
      const isUpToDate = after >= piece.last_seq;
      head = piece.line_end ?? head;
      const isLineMoved = isUpToDate && piece.head_position !== head;
      if (isUpToDate) head = piece.head_position;
      const isNews = piece.lines.length > 0 || piece.erased_seqs.length > 0;
      if (isFirst || isNews || isLineMoved) {
        yield { kind: "piece", piece, after, isUpToDate, isLineMoved };
      }
      piece.release();

      while (isUpToDate && !isOver(reader)) {
        if (await changed(reader, piece)) break;
        if (!isOver(reader)) yield { kind: "quiet", after };
      }
      const { id, erased_at } = piece;
      if (!isOver(reader)) {
        piece = await readPiece(reader, after, erased_at, reader.signal);
        refuseBeyond(piece, after);
      }
      // Looked at again, since nothing may be shown that was read after the token had expired.
      if (isOver(reader)) {
        yield { kind: "end", reason: "time", after };
        return;
      }
      if (id !== null && piece.id !== id) {
        yield { kind: "end", reason: "gone", after };
        return;
      }
    }
  } finally {
    piece.release();
  }
}

async function firstPiece(reader: Reader): Promise<Piece> {
  const { after, signal } = reader;
  if (after === "now") return await readPiece(reader, BEYOND, null, signal);
  // Rows that are read for the first time tell themselves that they were erased.
  const erasedAfter = after > 0 ? "-infinity" : null;
  const piece = await readPiece(reader, after, erasedAfter, signal);
  refuseBeyond(piece, after);
  return piece;
}

/** The reader has read another log, such as one that was deleted since. */
function refuseBeyond(piece: Piece, after: number): void {
  const { id, last_seq, head_position } = piece;
  if (id === null || after <= last_seq) return;
  piece.release();
  throw new Problem("position_conflict", {
    detail:
      `The log ends at ${last_seq}, so it cannot be followed from ${after}.`,
    last_seq,
    head_position,
  });
}

function isOver({ until, signal }: Reader): boolean {
  return Date.now() >= until || workerEnds.aborted || signal.aborted;
}

/** Whether the conversation has another version than the piece; false once a heartbeat is due or the time is over. */
async function changed(
  reader: Reader,
  { id, version }: Piece,
): Promise<boolean> {
  const news = await changeOf({
    ...reader,
    conversation: id === null ? { name: reader.continuationId } : { id },
    version,
    ms: Math.max(0, Math.min(reader.heartbeatMs, reader.until - Date.now())),
  });
  return news === "changed";
}
