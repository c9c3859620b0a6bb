// Objects out: download, info, and signed URLs to read by.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { authenticate, bearer, type Caller, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { failure } from "./errors.ts";
import { readJson } from "./json.ts";
import { requireBucketName, requireKey } from "./limits.ts";
import { findBucket, findObject, type ObjectRow } from "./rows.ts";
import { headersOf, serveObject } from "./serve.ts";
import { findSigned, signDownload, verifySignature } from "./sign.ts";

const ExpiresIn = z.number().int().min(1);
const SignOne = z.object({ expiresIn: ExpiresIn });
const SignMany = z.object({
  expiresIn: ExpiresIn,
  paths: z.array(z.string()).min(1),
});

export function readRoutes(deps: Deps): Hono {
  const app = new Hono();

  /** The row, where the caller's policies show it. An absent bucket and a hidden object read alike. */
  async function visible(
    c: Context,
    caller: Caller,
    operation: string,
  ): Promise<ObjectRow> {
    const { bucket = "", key = "" } = c.req.param();
    requireBucketName(bucket);
    requireKey(key);
    const found = await deps.db.as(
      service(c.req.raw),
      operation,
      (sql) => findBucket(sql, bucket),
    );
    const reader = found.public ? service(c.req.raw) : caller;
    return deps.db.as(reader, operation, (sql) => findObject(sql, bucket, key));
  }

  /** Without a valid token only public buckets exist. */
  async function published(c: Context, operation: string): Promise<ObjectRow> {
    const { bucket = "", key = "" } = c.req.param();
    const reader = service(c.req.raw);
    const found = await deps.db.as(
      reader,
      operation,
      (sql) => findBucket(sql, bucket),
    );
    if (!found.public) throw failure("bucketNotFound");
    return deps.db.as(reader, operation, (sql) => findObject(sql, bucket, key));
  }

  async function readable(c: Context, operation: string): Promise<ObjectRow> {
    const caller = bearer(c.req.raw) === undefined
      ? undefined
      : await authenticate(c.req.raw, deps.verify).catch(() => undefined);
    return caller ? visible(c, caller, operation) : published(c, operation);
  }

  const download = (c: Context, row: ObjectRow) =>
    serveObject(deps.bytes, c.req.raw, row, {
      download: c.req.query("download"),
    });

  const operationOf = (c: Context) =>
    c.req.raw.method === "HEAD"
      ? "object.head_authenticated_info"
      : "storage.object.get_authenticated";

  app.get(
    "/info/public/:bucket/:key{.+}",
    async (c) => info(await published(c, "storage.object.info_public")),
  );

  app.get("/info/authenticated/:bucket/:key{.+}", async (c) => {
    const caller = await authenticate(c.req.raw, deps.verify);
    return info(await visible(c, caller, "object.get_authenticated_info"));
  });

  app.get(
    "/info/:bucket/:key{.+}",
    async (c) => info(await readable(c, "object.get_authenticated_info")),
  );

  app.get(
    "/public/:bucket/:key{.+}",
    async (c) => download(c, await published(c, "storage.object.get_public")),
  );

  app.get("/authenticated/:bucket/:key{.+}", async (c) => {
    const caller = await authenticate(c.req.raw, deps.verify);
    return download(c, await visible(c, caller, operationOf(c)));
  });

  app.get("/sign/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const claims = await verifySignature(
      deps,
      c.req.query("token"),
      bucket,
      key,
      "download",
    );
    const row = await findSigned(deps, c.req.raw, bucket, key);
    return serveObject(deps.bytes, c.req.raw, row, {
      download: c.req.query("download"),
      expires: new Date(Number(claims.exp) * 1000),
    });
  });

  app.post("/sign/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    const { expiresIn } = await readJson(c.req.raw, SignOne);
    requireKey(key);
    await deps.db.as(
      caller,
      "storage.object.sign",
      (sql) => findObject(sql, bucket, key),
    );
    return c.json({
      signedURL: await signDownload(deps, bucket, key, expiresIn),
    });
  });

  app.post("/sign/:bucket", async (c) => {
    const { bucket } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    const { expiresIn, paths } = await readJson(c.req.raw, SignMany);
    const rows = await deps.db.as(
      caller,
      "storage.object.sign_many",
      (sql) =>
        sql<{ name: string }[]>`
          select name from storage.objects where bucket_id = ${bucket} and name = any(${paths})`,
    );
    const names = new Set(rows.map(({ name }) => name));
    return c.json(
      await Promise.all(
        paths.map(async (path) =>
          names.has(path)
            ? {
              error: null,
              path,
              signedURL: await signDownload(deps, bucket, path, expiresIn),
            }
            : {
              error:
                "Either the object does not exist or you do not have access to it",
              path,
              signedURL: null,
            }
        ),
      ),
    );
  });

  app.get(
    "/:bucket/:key{.+}",
    async (c) => download(c, await readable(c, operationOf(c))),
  );

  return app;
}

/** The row as `storage-js` knows it from `info()`. */
function info(row: ObjectRow): Response {
  const headers = headersOf(row, {});
  headers.delete("accept-ranges");
  headers.delete("content-type");
  return Response.json({
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: row.metadata?.size ?? null,
    content_type: row.metadata?.mimetype ?? null,
    cache_control: row.metadata?.cacheControl ?? null,
    etag: row.metadata?.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: row.updated_at,
    created_at: row.created_at,
  }, { headers });
}
