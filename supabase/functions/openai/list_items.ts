/** `GET /openai/v1/conversations/{conversation_id}/items`. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { elementsOf, membersOf } from "../_shared/wire/json_text.ts";
import { queryOf } from "../_shared/wire/rules.ts";
import { ConversationPath, findConversation } from "./conversation.ts";
import { nameOf } from "./ids.ts";
import { itemOf, type StoredItem } from "./item.ts";
import { ItemList } from "./items.ts";
import { After, Include, Limit, listText } from "./list.ts";

const Query = queryOf({
  ...Include,
  after: After,
  limit: Limit,
  order: z.enum(["asc", "desc"]).default("desc").openapi({
    description: "`desc`: the newest item first.",
  }),
});

/** What the pages of a conversation are read by. */
interface Reading {
  conversation: string;
  ascending: boolean;
  limit: number;
}

export const listItems = frontRoute({
  operationId: "listItems",
  tag: "Items",
  get: "/v1/conversations/{conversation_id}/items",
  summary: "List the items of a conversation",
  description:
    "A page is at most 4 MiB, so it may have fewer items than `limit`: check `has_more`.",
  params: ConversationPath,
  query: Query,
  answers: { 200: ["A page of items.", ItemList] },
  problems: ["not_found"],
}, async (c, { params, query: { order, limit, after } }) => {
  const { id } = await findConversation(c, params.conversation_id);
  const reading = { conversation: id, ascending: order === "asc", limit };
  let place = after === undefined ? null : await positionOf(c, id, after);
  while (true) {
    const { items, hasMore } = await readPage(c, reading, place);
    const existing = items.filter(({ exists }) => exists);
    // A page of deleted items would look like the end of the list.
    if (existing.length > 0 || !hasMore) {
      return json(c, listText(existing, hasMore));
    }
    place = items.at(-1)?.position ?? null;
  }
});

/** Where an item is or was: a list goes on after one that was deleted meanwhile. */
async function positionOf(
  c: Context<Env>,
  continuation_id: string,
  item: string,
): Promise<number> {
  const message = nameOf(item);
  return itemOf(await call(c, "read_message", { continuation_id, message }))
    .position;
}

async function readPage(
  c: Context<Env>,
  { conversation, ascending, limit }: Reading,
  place: number | null,
): Promise<{ items: StoredItem[]; hasMore: boolean }> {
  const answer = await call(c, "read_history", {
    continuation_id: conversation,
    view: "line",
    max_messages: limit,
    ...(ascending
      ? { after: place ?? 0 }
      : place !== null && { before: place }),
  });
  const page = new Map(membersOf(answer));
  const items = elementsOf(page.get("messages") ?? "[]").map(itemOf);
  return {
    items: ascending ? items : items.reverse(),
    hasMore: page.get("has_more") === "true",
  };
}
