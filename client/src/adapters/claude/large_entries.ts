/** Entries that do not fit into a request, divided among messages. */
import type { MessageInput } from "../../types.ts";
import { uuidOf } from "../shared/names.ts";
import { valuesIn } from "../shared/batches.ts";

/** An entry whose JSON has more characters is divided into pieces of as many; so is one of more values. */
const PIECE = 1_000_000;
const MOST_VALUES = 150_000;

const PIECE_TYPE = "claude_piece";
const ENTRY_TYPE = "claude_divided_entry";

/** The texts of pieces that have been read, by the names of their messages. */
export type Pieces = Map<string, string>;

/** The message itself if it is small, else its pieces and one that names them. */
export async function divided(message: MessageInput): Promise<MessageInput[]> {
  const text = JSON.stringify(message.parts?.[0]);
  if (text.length <= PIECE && valuesIn(text) <= MOST_VALUES) return [message];
  const pieces: MessageInput[] = [];
  for (let at = 0; at < text.length;) {
    // A pair of surrogates stays together.
    const end = at + PIECE -
      (/[\ud800-\udbff]/.test(text[at + PIECE - 1] ?? "") ? 1 : 0);
    const piece_state = text.slice(at, end);
    pieces.push({
      role: "system",
      parts: [{ type: PIECE_TYPE, piece_state }],
      client_id: await uuidOf(
        JSON.stringify([message.client_id ?? "", at, piece_state]),
      ),
      token_count: 0,
    });
    at = end;
  }
  const piece_ids = pieces.map(({ client_id }) => client_id).join(" ");
  return [...pieces, { ...message, parts: [{ type: ENTRY_TYPE, piece_ids }] }];
}

/** Whether a part is a piece, or names the pieces of an entry. */
export function isDivided({ type }: Record<string, unknown>): boolean {
  return type === PIECE_TYPE || type === ENTRY_TYPE;
}

/**
 * The entry that a part names; null if it is a piece itself, which is kept for the entry that follows.
 *
 * @throws {Error} if a piece is missing.
 */
export function joined(
  part: Record<string, unknown>,
  name: string,
  pieces: Pieces,
): unknown {
  if (part.type === PIECE_TYPE) {
    pieces.set(name, String(part.piece_state));
    return null;
  }
  const texts = String(part.piece_ids).split(" ").map((id) => {
    const text = pieces.get(id);
    if (text === undefined) throw new Error("A piece of an entry is missing.");
    return text;
  });
  return JSON.parse(texts.join(""));
}
