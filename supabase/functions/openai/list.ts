/** Lists as OpenAI answers and asks for them. */
import { z } from "@hono/zod-openapi";
import { wholeNumber } from "../_shared/wire/rules.ts";

/** A page: `first_id` and `last_id` are null if it is empty. */
export function listOf(item: z.ZodType, name: string) {
  return z.strictObject({
    object: z.literal("list"),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  }).openapi(name);
}

/** The text of a page. */
export function listText(
  rows: { id: string; text: string }[],
  hasMore: boolean,
): string {
  const id = (row: { id: string } | undefined) =>
    JSON.stringify(row?.id ?? null);
  return `{"object":"list","data":[${
    rows.map(({ text }) => text).join(",")
  }],"first_id":${id(rows.at(0))},"last_id":${
    id(rows.at(-1))
  },"has_more":${hasMore}}`;
}

/** An id of the page before. */
export const After = z.string().min(1).max(300).optional().openapi({
  description: "The `last_id` of the previous page.",
});

export const Limit = wholeNumber(1, 100).default(20);

/** What else the answer is to hold. It always holds all that was stored. */
export const Include = {
  include: z.union([z.string(), z.array(z.string())]).optional(),
  "include[]": z.union([z.string(), z.array(z.string())]).optional(),
};
