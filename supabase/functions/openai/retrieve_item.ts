/** `GET /openai/v1/conversations/{conversation_id}/items/{item_id}`. */
import type { Context } from "hono";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { queryOf } from "../_shared/wire/rules.ts";
import { nameOf } from "./ids.ts";
import { itemOf, type StoredItem } from "./item.ts";
import { Item, ItemPath } from "./items.ts";
import { Include } from "./list.ts";

export const retrieveItem = frontRoute(
  {
    operationId: "retrieveItem",
    tag: "Items",
    get: "/v1/conversations/{conversation_id}/items/{item_id}",
    summary: "Retrieve an item",
    params: ItemPath,
    query: queryOf(Include),
    answers: { 200: ["The item.", Item] },
    problems: ["not_found"],
  },
  async (c, { params }) =>
    json(c, (await findItem(c, params.conversation_id, params.item_id)).text),
);

/**
 * @param name what {@link nameOf} makes of the item's id.
 * @throws {Problem} `not_found` if the conversation does not have it, or no longer.
 */
export async function findItem(
  c: Context<Env>,
  continuation_id: string,
  name: string,
): Promise<StoredItem> {
  const item = itemOf(
    await call(c, "read_message", { continuation_id, message: name }),
  );
  // The database knows a message by its number too, which is the id of no item.
  if (!item.exists || nameOf(item.id) !== name) throw new Problem("not_found");
  return item;
}
