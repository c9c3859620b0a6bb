// Objects on the shelf: list, remove, move and copy.
import { Hono } from "hono";
import { z } from "zod";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import type { Sql } from "../sql.ts";
import { failure } from "./errors.ts";
import { readJson } from "./json.ts";
import { listObjects, ListOptions } from "./list.ts";
import { requireKey } from "./limits.ts";
import { deleteObjects, findObject, renameObject } from "./rows.ts";
import { ownTarget } from "./target.ts";
import { complete, mayUpload, writeRow } from "./upload.ts";

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

  /** Both ask the policies as the caller first, rolled back, and go on as the service. */
  async function transferOf(request: Request, operation: string) {
    const body = await readJson(request, Transfer);
    const bucket = body.destinationBucket ?? body.bucketId;
    const name = { bucket, key: body.destinationKey };
    requireKey(name.key);
    return {
      from: { bucket: body.bucketId, key: body.sourceKey },
      target: await ownTarget(deps, request, name, operation),
      version: crypto.randomUUID(),
      superuser: service(request),
    };
  }

  app.post("/move", async (c) => {
    const operation = "storage.object.move";
    const { from, target, version, superuser } = await transferOf(
      c.req.raw,
      operation,
    );
    const to = { ...target, version };
    const rename = (sql: Sql) => renameObject(sql, from, to);
    await db.rehearse(target.caller, operation, rename);
    const source = await db.as(
      superuser,
      operation,
      (sql) => findObject(sql, from.bucket, from.key),
    );
    const old = { ...from, version: source.version };
    await bytes.link(bytes.pathOf(old), to);
    await writeRow(deps, c.req.raw, operation, to, rename);
    await bytes.remove(old);
    return c.json({ message: "Successfully moved" });
  });

  app.post("/copy", async (c) => {
    const operation = "storage.object.copy";
    const { from, target, version } = await transferOf(c.req.raw, operation);
    const source = await db.as(
      target.caller,
      operation,
      (sql) => findObject(sql, from.bucket, from.key),
    );
    const { metadata } = source;
    if (!metadata) throw failure("bytesNotFound");
    const userMetadata = source.user_metadata ?? undefined;
    await mayUpload(deps, target, userMetadata, metadata);
    const stored = await bytes.link(
      bytes.pathOf({ ...from, version: source.version }),
      { ...target, version },
    );
    const row = await complete(deps, c.req.raw, target, version, stored, {
      mimeType: metadata.mimetype,
      cacheControl: metadata.cacheControl,
      userMetadata,
    });
    const Key = `${row.bucket_id}/${row.name}`;
    return c.json({ ...row, Id: row.id, Key });
  });

  return app;
}
