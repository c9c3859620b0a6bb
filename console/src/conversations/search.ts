/** Search as one types: titles that hold the text at once, then what the search of the API finds. */
import type { Conversation, SearchHit } from "../../../client/src/index.ts";

/** A piece of a text, which may be a match. */
export interface Piece {
  text: string;
  isMatch: boolean;
}

/** The pieces of a snippet, in which ⟦ and ⟧ mark the matches. */
export function piecesOf(snippet: string): Piece[] {
  return snippet.split(/(⟦[^⟧]*⟧)/).filter((text) => text !== "")
    .map((text) => {
      const isMatch = text.startsWith("⟦") && text.endsWith("⟧");
      return { text: isMatch ? text.slice(1, -1) : text, isMatch };
    });
}

/** The pieces of a title that holds `query`; null if it does not. */
export function titlePieces(title: string, query: string): Piece[] | null {
  const at = title.toLowerCase().indexOf(query.trim().toLowerCase());
  if (query.trim() === "" || at < 0) return null;
  const end = at + query.trim().length;
  return [
    { text: title.slice(0, at), isMatch: false },
    { text: title.slice(at, end), isMatch: true },
    { text: title.slice(end), isMatch: false },
  ].filter(({ text }) => text !== "");
}

export interface TitleHit {
  conversation: Conversation;
  pieces: Piece[];
}

/** Conversations whose titles match, each once: those that are loaded first, for they are found as one types. */
export function titleHits(
  query: string,
  loaded: Conversation[],
  hits: SearchHit[],
): TitleHit[] {
  const found = new Map<string, TitleHit>();
  for (const conversation of loaded) {
    const pieces = titlePieces(conversation.title, query);
    if (pieces) found.set(conversation.id, { conversation, pieces });
  }
  for (const { conversation, message, snippet } of hits) {
    if (message === null && !found.has(conversation.id)) {
      found.set(conversation.id, { conversation, pieces: piecesOf(snippet) });
    }
  }
  return [...found.values()];
}
