/** `POST /file-upload/_/sweep`: maintenance with a secret key, called on a schedule. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { json, secretRoute } from "../_shared/http/route.ts";
import { BULK_TIMEOUT_MS, call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { askStorage } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { MAX_RESERVATION_BYTES, SweepAnswer, SweepRequest } from "./schemas.ts";

/** Storage answers with the objects that were there. */
const Removed = z.array(z.unknown());

export const sweepFiles = secretRoute({
  operationId: "sweepFiles",
  tag: "Maintenance",
  post: "/_/sweep",
  summary:
    "Remove what unfinished uploads and deletions have left behind, a limited number per call",
  description:
    "Deletes unfinished uploads and unlinked files after their time, then removes objects whose file is deleted or " +
    "missing, then removes the rows of deleted files whose objects are gone. Safe to repeat and to interrupt. Call it " +
    "again while `more` is true.",
  body: {
    schema: SweepRequest,
    maxBytes: MAX_RESERVATION_BYTES,
    optional: true,
  },
  answers: { 200: ["What was removed.", SweepAnswer] },
  bulk: true,
}, async (c, { body }) => {
  const { expired, unlinked, is_full, objects } = JSON.parse(
    await call(c, "begin_sweep", body),
  );
  const removed = await removeObjects(c, objects);
  const { rows, links, more } = JSON.parse(await call(c, "finish_sweep", {}));
  // If nothing could be done now, the next scheduled sweep tries again, and not the caller's loop.
  const hasProgressed = expired + unlinked + removed + rows + links > 0;
  const mayHaveMore = more || objects.length >= body.max_objects;
  return json(
    c,
    JSON.stringify({
      expired,
      unlinked,
      objects: removed,
      rows,
      more: is_full || (mayHaveMore && hasProgressed),
    }),
  );
});

/** Removes objects with one call to Storage for each bucket. Returns how many of them existed. */
async function removeObjects(
  c: Context<Env>,
  objects: { bucket: string; storage_path: string }[],
): Promise<number> {
  let removed = 0;
  for (
    const [bucket, group] of Object.entries(
      Object.groupBy(objects, (o) => o.bucket),
    )
  ) {
    const paths = (group ?? []).map(({ storage_path }) => storage_path);
    const response = await askStorage(c, `/object/${bucket}`, {
      method: "DELETE",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ prefixes: paths }),
      timeoutMs: BULK_TIMEOUT_MS,
    });
    if (!response.ok) throw await storageProblem(response);
    removed += Removed.parse(await response.json()).length;
  }
  return removed;
}
