/** Pieces of a conversation's log, as the database gives them. */
import type { Db } from "../../_shared/platform/data_api.ts";
import { callWith } from "../../_shared/platform/database.ts";
import { type Room, takeRoom } from "./held.ts";
import { takeTurn } from "./turns.ts";

/** Who reads a conversation, and how it is called. */
export interface Source {
  userId: string;
  /** The user's client. It reports no times. */
  db: Db;
  continuationId: string;
}

/** What follows a seq in a log, and the conversation at that moment. */
export interface Piece {
  /** Null if the user sees no such conversation: the rest is that of an empty one. */
  id: string | null;
  last_seq: number;
  head_position: number;
  /** Another one after every change of the conversation. */
  version: string | null;
  /** The Messages as the database's text, a line each. Their seqs follow each other without a gap. */
  lines: string[];
  /** The last position that these rows add to the live line; null if they add none. */
  line_end: number | null;
  /** Rows before the piece that were erased since the time asked for. */
  erased_seqs: number[];
  /** When the newest erasure was. */
  erased_at: string;
  /** Must be called once nothing of the piece is needed any more. */
  release: () => void;
}

/** What a user sees of a conversation that does not exist. */
export const NOTHING: Piece = {
  id: null,
  last_seq: 0,
  head_position: 0,
  version: null,
  lines: [],
  line_end: null,
  erased_seqs: [],
  erased_at: "-infinity",
  release() {},
};

/** A seq that no log reaches. */
export const BEYOND = Number.MAX_SAFE_INTEGER;

/**
 * Reads the rows after a seq: 256 KiB of them, or one.
 *
 * @param erasedAfter asks for the rows up to `after` that were erased after this time.
 * @throws {Problem} of the database, or the signal's reason once it aborts.
 */
export async function readPiece(
  { userId, db, continuationId }: Source,
  after: number,
  erasedAfter: string | null,
  signal: AbortSignal,
): Promise<Piece> {
  const room = await takeRoom(userId, signal);
  try {
    const text = await takeTurn(() =>
      callWith(db, "follow_messages", {
        continuation_id: continuationId,
        after,
        ...(erasedAfter !== null && { erased_after: erasedAfter }),
      })
    );
    return pieceOf(text, room);
  } catch (error) {
    room.leave();
    throw error;
  }
}

function pieceOf(text: string, room: Room): Piece {
  if (text === "") {
    room.leave();
    return NOTHING;
  }
  const [header = "", ...lines] = text.split("\n");
  room.resize(text.length);
  return { ...JSON.parse(header), lines, release: () => room.leave() };
}
