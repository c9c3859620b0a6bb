/** Serialized values as text that fits into messages. */
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { base64Of, bytesOf } from "../shared/base64.ts";
import {
  pieceName,
  type PiecePart,
  type Row,
  type StoredValue,
} from "./parts.ts";

/** A text that has more characters is divided. */
const PIECE = 128 * 1024;

/** Serializes a value. Adds to `pieces` what has to be stored with it. */
export async function stored(
  serde: SerializerProtocol,
  value: unknown,
  pieces: Map<string, Row>,
): Promise<StoredValue> {
  const [serde_type, bytes] = await serde.dumpsTyped(value);
  const { encoding, text } = textOf(bytes);
  if (text.length <= PIECE) return { serde_type, encoding, state: text };
  const names: string[] = [];
  for (const state of divided(text)) {
    const name = await pieceName(state);
    const part: PiecePart = { type: "langgraph_piece", state };
    pieces.set(name, { name, part });
    names.push(name);
  }
  return { serde_type, encoding, piece_ids: names.join(" ") };
}

/** The value that was serialized. */
export async function loaded(
  serde: SerializerProtocol,
  { serde_type, encoding, state, piece_ids }: StoredValue,
  pieceOf: (name: string) => Promise<string>,
): Promise<unknown> {
  const text = piece_ids === undefined
    ? state ?? ""
    : (await Promise.all(piece_ids.split(" ").map(pieceOf))).join("");
  return await serde.loadsTyped(
    serde_type,
    encoding === "text" ? new TextEncoder().encode(text) : bytesOf(text),
  );
}

function textOf(
  bytes: Uint8Array,
): Pick<StoredValue, "encoding"> & { text: string } {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { encoding: "text", text: decoder.decode(bytes) };
  } catch {
    return { encoding: "base64", text: base64Of(bytes) };
  }
}

/** The text in pieces, none of which ends within a character. */
function* divided(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    let end = at + PIECE;
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end--;
    yield text.slice(at, end);
    at = end;
  }
}
