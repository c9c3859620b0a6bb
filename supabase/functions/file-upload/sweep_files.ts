/** `POST /file-upload/_/sweep`: removes what uploads and deletions have left behind. */
import type { Context } from "hono";
import { json, secretRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { MAX_RESERVATION_BYTES, SweepAnswer, SweepRequest } from "./schemas.ts";

export const sweepFiles = secretRoute({
  operationId: "sweepFiles",
  tag: "Maintenance",
  post: "/_/sweep",
  summary: "Remove what uploads and deletions have left behind, up to a limit",
  description:
    "Abandons old unfinished uploads, deletes files that no conversation has linked for a while, removes objects " +
    "whose rows are deleted or missing, and removes deleted rows whose objects are gone. Safe to repeat and to " +
    "interrupt. Call it on a schedule, and again while `more` is true.",
  body: {
    schema: SweepRequest,
    maxBytes: MAX_RESERVATION_BYTES,
    optional: true,
  },
  answers: { 200: ["What was removed.", SweepAnswer] },
  bulk: true,
}, async (c, { body }) => {
  const { expired, unlinked, objects } = JSON.parse(
    await call(c, "begin_sweep", body),
  );
  const removed = await removeObjects(c, objects);
  const { rows, more } = JSON.parse(await call(c, "finish_sweep", {}));
  // After a full batch there may be more.
  const isFull = Math.max(expired, unlinked) >= body.max_objects;
  return json(
    c,
    JSON.stringify({
      expired,
      unlinked,
      objects: removed,
      rows,
      more: more || isFull,
    }),
  );
});

/** Removes objects with one Storage API call per bucket, and returns how many of them existed. */
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
    const { data, error } = await c.var.db.storage.from(bucket).remove(paths);
    if (error) {
      throw new Problem("unavailable", {
        detail: "Storage failed.",
        cause: error,
      });
    }
    removed += data.length;
  }
  return removed;
}
