/** Positions in lists and searches, which cursors encode. */
import { z } from "@hono/zod-openapi";
import { CursorTime } from "../http/pagination.ts";

/** A position in the list of conversations. */
export const ListPosition = z.strictObject({
  last_activity_at: CursorTime,
  id: z.guid(),
});

/** A position in the hits of a search. */
export const HitPosition = z.strictObject({
  rank: z.number().refine(isReal),
  id: z.guid(),
});

/** Whether PostgreSQL's type real can store `rank`: it is neither too large nor too close to 0. */
function isReal(rank: number): boolean {
  const real = Math.fround(rank);
  return Number.isFinite(real) && (real !== 0 || rank === 0);
}
