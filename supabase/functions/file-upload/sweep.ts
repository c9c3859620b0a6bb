/** `POST /file-upload/sweep`: maintenance with the secret key, to be called on a schedule. */
import { createRoute, z } from "@hono/zod-openapi";
import { adminClient, requireSecret } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import type { Db } from "../_shared/env.ts";
import { Problem } from "../_shared/errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import {
  problems,
  secretProblems,
  secretSecurity,
} from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import { MAX_RESERVATION_BYTES, SweepAnswer, SweepRequest } from "./schemas.ts";

const sweepFiles = createRoute({
  operationId: "sweepFiles",
  method: "post",
  path: "/sweep",
  summary:
    "Remove what uploads and deletions have left behind, a bounded batch a call",
  description:
    "Gives up unfinished uploads and files without a conversation past their time, " +
    "removes the objects of deleted rows and of none, and forgets rows without an object. Safe to " +
    "repeat, and to kill.",
  security: secretSecurity,
  middleware: [
    requireSecret,
    jsonBody({ maxBytes: MAX_RESERVATION_BYTES }),
  ] as const,
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: SweepRequest } },
    },
  },
  responses: {
    200: {
      description: "What was done.",
      content: { "application/json": { schema: SweepAnswer } },
    },
    ...problems(...secretProblems),
  },
});

/** What begin_sweep and finish_sweep answer. */
const Begun = z.strictObject({
  expired: z.int(),
  unlinked: z.int(),
  objects: z.array(
    z.strictObject({ bucket: z.string(), storage_path: z.string() }),
  ),
});
const Finished = z.strictObject({ rows: z.int(), more: z.boolean() });

export const sweep = createRouter();

sweep.openapi(sweepFiles, async (c) => {
  const db = adminClient();
  const limits = c.req.valid("json");
  const { expired, unlinked, objects } = Begun.parse(
    await databaseAnswer(db.rpc("begin_sweep", limits)),
  );
  const removed = await removeObjects(db, objects);
  const { rows, more } = Finished.parse(
    await databaseAnswer(db.rpc("finish_sweep")),
  );
  // A full batch may not have been the last.
  const isFull = Math.max(expired, unlinked) >= limits.max_objects;
  return c.json({
    expired,
    unlinked,
    objects: removed,
    rows,
    more: more || isFull,
  }, 200);
});

/** Removes objects by the Storage API, a call a bucket, and counts what was really there. */
async function removeObjects(
  db: Db,
  objects: z.infer<typeof Begun>["objects"],
): Promise<number> {
  let removed = 0;
  for (
    const [bucket, group] of Object.entries(
      Object.groupBy(objects, (o) => o.bucket),
    )
  ) {
    const paths = (group ?? []).map(({ storage_path }) => storage_path);
    const { data, error } = await db.storage.from(bucket).remove(paths);
    if (error) {
      throw new Problem("unavailable", "Storage failed.", {}, { cause: error });
    }
    removed += data.length;
  }
  return removed;
}
