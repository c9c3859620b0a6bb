// Objects on the shelf: list, remove, move and copy.
import { Hono } from "hono";
import { z } from "zod";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import type { Sql } from "./db.ts";
import { failure } from "./errors.ts";
import { readJson } from "./json.ts";
import { listObjects, ListOptions } from "./list.ts";
import { requireBucketName, requireKey } from "./limits.ts";
import {
  deleteObjects,
  findForUpdate,
  findObject,
  lockKey,
  type ObjectRow,
  renameObject,
  upsertObject,
} from "./rows.ts";
import { discard, mayUpload } from "./upload.ts";

const Prefixes = z.object({ prefixes: z.array(z.string()).min(1) });
const Transfer = z.object({
  bucketId: z.string(),
  sourceKey: z.string(),
  destinationBucket: z.string().optional(),
  destinationKey: z.string(),
});

export function manageRoutes(deps: Deps): Hono {
  const { db, bytes, verify } = deps;
  const app = new Hono();

  app.post("/list/:bucket", async (c) => {
    const { bucket } = c.req.param();
    const caller = await authenticate(c.req.raw, verify);
    const options = await readJson(c.req.raw, ListOptions);
    return c.json(
      await db.as(
        caller,
        "storage.object.list",
        (sql) => listObjects(sql, bucket, options),
      ),
    );
  });

  app.delete("/:bucket", async (c) => {
    const { bucket } = c.req.param();
    const caller = await authenticate(c.req.raw, verify);
    const { prefixes } = await readJson(c.req.raw, Prefixes);
    requireBucketName(bucket);
    const rows = await db.as(
      caller,
      "storage.object.delete_many",
      (sql) => deleteObjects(sql, bucket, prefixes),
    );
    for (const { name, version } of rows) {
      await bytes.remove({ bucket, key: name, version });
    }
    return c.json(rows);
  });

  app.delete("/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, verify);
    requireBucketName(bucket);
    const [row] = await db.as(
      caller,
      "storage.object.delete",
      (sql) => deleteObjects(sql, bucket, [key]),
    );
    if (!row) {
      // What is there and not the caller's to delete is told apart, by the real service too.
      await db.as(
        service(c.req.raw),
        "storage.object.delete",
        (sql) => findObject(sql, bucket, key),
      );
      throw failure("accessDenied", "Access denied");
    }
    await bytes.remove({ bucket, key, version: row.version });
    return c.json({ message: "Successfully deleted" });
  });

  app.post("/move", async (c) => {
    await transfer(deps, c.req.raw, "move");
    return c.json({ message: "Successfully moved" });
  });

  app.post("/copy", async (c) => {
    const row = await transfer(deps, c.req.raw, "copy");
    const Key = `${row.bucket_id}/${row.name}`;
    return c.json({ ...row, Id: row.id, Key });
  });

  return app;
}

/**
 * Gives an object another name, or the name to a copy: first as the caller and rolled back, for the policies
 * to be asked; then as the service, once the bytes have their new place.
 */
async function transfer(
  deps: Deps,
  request: Request,
  how: "move" | "copy",
): Promise<ObjectRow> {
  const { db, bytes } = deps;
  const caller = await authenticate(request, deps.verify);
  const body = await readJson(request, Transfer);
  const bucket = body.destinationBucket ?? body.bucketId;
  const key = body.destinationKey;
  requireBucketName(bucket);
  requireKey(key);
  const from = { bucket: body.bucketId, key: body.sourceKey };
  const to = { bucket, key, version: crypto.randomUUID(), owner: caller.sub };
  const operation = `storage.object.${how}`;
  const upsert = request.headers.get("x-upsert") === "true";

  const find = (sql: Sql) => findObject(sql, from.bucket, from.key);
  const write = (sql: Sql, source: ObjectRow) =>
    how === "move"
      ? renameObject(sql, from, to)
      : upsertObject(sql, { ...to, ...contentOf(source) });
  if (how === "move") {
    await db.rehearse(
      caller,
      operation,
      async (sql) => await write(sql, await find(sql)),
    );
  } else {
    const source = await db.as(caller, operation, find);
    const { metadata, userMetadata } = contentOf(source);
    const target = { ...to, upsert, caller, operation };
    await mayUpload(deps, target, userMetadata, metadata);
  }

  const superuser = service(request);
  const source = await db.as(superuser, operation, find);
  await bytes.link(bytes.pathOf({ ...from, version: source.version }), to);
  const { row, previous } = await db.as(superuser, operation, async (sql) => {
    await lockKey(sql, bucket, key);
    const previous = await findForUpdate(sql, bucket, key);
    return { row: await write(sql, source), previous };
  }).catch(async (error) => {
    await discard(bytes, to, error);
    throw error;
  });
  if (how === "move") await bytes.remove({ ...from, version: source.version });
  else if (previous) await bytes.remove({ ...to, version: previous.version });
  return row;
}

function contentOf({ metadata, user_metadata }: ObjectRow) {
  return {
    metadata: metadata ?? {},
    userMetadata: user_metadata ?? undefined,
  };
}
