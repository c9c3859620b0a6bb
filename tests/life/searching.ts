/** Searches, as the suites of this folder ask them. */
import type { Actor } from "../support/actors.ts";
import { type Answer, request } from "../support/http.ts";

export interface Hit {
  conversation: { id: string; access: string };
  /** null: the match is in the title. */
  message: { seq: number; position: number; role: string; created_at: string };
  snippet: string;
}

export function search(
  actor: Actor,
  q: string,
  rest: Record<string, string> = {},
): Promise<Answer> {
  const query = new URLSearchParams({ q, ...rest });
  return request(actor, `conversation-history?${query}`);
}

/** The seqs of the messages found in one conversation, in their order. */
export async function hitsIn(
  actor: Actor,
  conversation: string,
  q: string,
): Promise<number[]> {
  const { body } = await search(actor, q, { limit: "100" });
  return body.hits
    .filter(({ conversation: { id }, message }: Hit) =>
      id === conversation && message !== null
    )
    .map(({ message: { seq } }: Hit) => seq);
}
