/** Appends items to a conversation, or creates one that begins with them. */
import type { Context } from "hono";
import { sha256 } from "hono/utils/crypto";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { elementsOf, membersOf } from "../_shared/wire/json_text.ts";
import { conversationIn, type Found } from "./conversation.ts";
import { itemOf, type StoredItem } from "./item.ts";
import { messageOf } from "./stored_item.ts";

interface Batch {
  /** The conversation's UUID; a new one if omitted. */
  conversation?: string;
  /** The text of a JSON object, for a new conversation. */
  metadata?: string;
  /** The items as they were sent. */
  items: string[];
  key: string | null;
}

interface Appended {
  conversation: Found;
  items: StoredItem[];
}

/**
 * Appends items in one transaction. An item whose id the conversation has already is not appended again. If it
 * was deleted since, it is: under a new id, since the old one stays with what was deleted.
 *
 * @throws {Problem} `idempotency_mismatch` if the conversation has another item with the id of one of these.
 */
export async function appendItems(
  c: Context<Env>,
  batch: Batch,
): Promise<Appended> {
  const appended = await append(c, batch, true);
  const deleted = batch.items.filter((_, index) =>
    appended.items[index]?.exists === false
  );
  if (deleted.length === 0) return appended;
  const again = await append(c, {
    conversation: appended.conversation.id,
    items: deleted,
    // A repetition of the request comes here again. Hashed, since a key may be as long as one can be.
    key: batch.key === null ? null : await sha256(`again:${batch.key}`),
  }, false);
  const fresh = again.items[Symbol.iterator]();
  return {
    conversation: again.conversation,
    items: appended.items.map((item) =>
      item.exists ? item : fresh.next().value ?? item
    ),
  };
}

async function append(
  c: Context<Env>,
  { conversation, metadata, items, key }: Batch,
  named: boolean,
): Promise<Appended> {
  const members = [
    ...(conversation === undefined
      ? []
      : [`"continuation_id":"${conversation}"`]),
    ...(metadata === undefined ? [] : [`"metadata":${metadata}`]),
    `"messages":[${items.map((item) => messageOf(item, named)).join(",")}]`,
  ];
  const answer = await call(c, "append_messages", {
    request: `{${members.join(",")}}`,
    ...(key !== null && { idempotency_key: key }),
  });
  const found = conversationIn(answer);
  if (conversation !== undefined && found.id !== conversation) {
    // It was deleted a moment ago, and the append has made another one of its name.
    await call(c, "delete_conversation", { continuation_id: found.id });
    throw new Problem("not_found");
  }
  const { replayed } = JSON.parse(answer);
  if (replayed) c.header("Idempotency-Replayed", "true");
  const messages = new Map(membersOf(answer)).get("messages") ?? "[]";
  return { conversation: found, items: elementsOf(messages).map(itemOf) };
}
