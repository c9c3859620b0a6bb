// Objects on the shelf: list, remove, move and copy.
import { Hono } from "hono";
import { z } from "zod";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { errors } from "./errors.ts";
import { readJson } from "./json.ts";
import { listObjects, ListOptions } from "./list.ts";
import { requireBucketName, requireKey } from "./limits.ts";
import {
  deleteObjects,
  findObject,
  lockKey,
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
      throw errors.accessDenied("Access denied");
    }
    await bytes.remove({ bucket, key, version: row.version });
    return c.json({ message: "Successfully deleted" });
  });

  app.post("/move", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { bucketId, sourceKey, destinationKey, ...to } = await readJson(
      c.req.raw,
      Transfer,
    );
    const from = { bucket: bucketId, key: sourceKey };
    const version = crypto.randomUUID();
    const destination = {
      bucket: to.destinationBucket ?? bucketId,
      key: destinationKey,
      version,
      owner: caller.sub,
    };
    const operation = "storage.object.move";
    requireBucketName(destination.bucket);
    requireKey(destinationKey);
    await db.rehearse(caller, operation, async (sql) => {
      await findObject(sql, bucketId, sourceKey);
      await renameObject(sql, from, destination);
    });
    const superuser = service(c.req.raw);
    const source = await db.as(
      superuser,
      operation,
      (sql) => findObject(sql, bucketId, sourceKey),
    );
    await bytes.link(
      bytes.pathOf({ ...from, version: source.version }),
      destination,
    );
    try {
      await db.as(superuser, operation, async (sql) => {
        await lockKey(sql, destination.bucket, destinationKey);
        await renameObject(sql, from, destination);
      });
    } catch (error) {
      await discard(bytes, destination, error);
      throw error;
    }
    await bytes.remove({ ...from, version: source.version });
    return c.json({ message: "Successfully moved" });
  });

  app.post("/copy", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { bucketId, sourceKey, destinationKey, ...to } = await readJson(
      c.req.raw,
      Transfer,
    );
    const operation = "storage.object.copy";
    const bucket = to.destinationBucket ?? bucketId;
    const upsert = c.req.header("x-upsert") === "true";
    requireBucketName(bucket);
    requireKey(destinationKey);
    const source = await db.as(
      caller,
      operation,
      (sql) => findObject(sql, bucketId, sourceKey),
    );
    const metadata = source.metadata ?? {};
    const userMetadata = source.user_metadata ?? undefined;
    const target = {
      bucket,
      key: destinationKey,
      owner: caller.sub,
      upsert,
      caller,
      operation,
    };
    await mayUpload(deps, target, userMetadata, metadata);

    const place = { bucket, key: destinationKey, version: crypto.randomUUID() };
    await bytes.link(
      bytes.pathOf({
        bucket: bucketId,
        key: sourceKey,
        version: source.version,
      }),
      place,
    );
    const { row, previous } = await db.as(
      service(c.req.raw),
      operation,
      async (sql) => {
        await lockKey(sql, bucket, destinationKey);
        const previous = await findObject(sql, bucket, destinationKey).catch(
          () => undefined,
        );
        const row = await upsertObject(sql, {
          ...target,
          ...place,
          metadata,
          userMetadata,
        });
        return { row, previous };
      },
    ).catch(async (error) => {
      await discard(bytes, place, error);
      throw error;
    });
    if (previous) await bytes.remove({ ...place, version: previous.version });
    return c.json({ ...row, Id: row.id, Key: `${bucket}/${destinationKey}` });
  });

  return app;
}
