// Objects out: download, info, and signed URLs to read by; and the list of buckets.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { readJson } from "./json.ts";
import { requireKey } from "./limits.ts";
import { findObject, listBuckets, type ObjectRow } from "./rows.ts";
import { headersOf, serveObject } from "./serve.ts";
import { signDownload, verifySignature } from "./sign.ts";

const ExpiresIn = z.number().int().min(1);
const SignOne = z.object({ expiresIn: ExpiresIn });
const SignMany = z.object({
  expiresIn: ExpiresIn,
  paths: z.array(z.string()).min(1),
});

type ObjectContext = Context<object, "/:bucket/:key{.+}">;

/** Below `/object`. */
export function readRoutes(deps: Deps): Hono {
  const app = new Hono();

  /** The row, if the caller's policies show it. An absent object and a hidden one read alike. */
  async function visible(
    c: ObjectContext,
    operation: string,
  ): Promise<ObjectRow> {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    requireKey(key);
    return deps.db.as(caller, operation, (sql) => findObject(sql, bucket, key));
  }

  async function download(c: ObjectContext): Promise<Response> {
    const row = await visible(
      c,
      c.req.raw.method === "HEAD"
        ? "object.head_authenticated_info"
        : "storage.object.get_authenticated",
    );
    return serveObject(deps.bytes, c.req.raw, row, {
      download: c.req.query("download"),
    });
  }

  app.get(
    "/info/:bucket/:key{.+}",
    async (c) => info(await visible(c, "object.get_authenticated_info")),
  );

  app.get("/authenticated/:bucket/:key{.+}", download);

  /** The token was the permission; no policy is asked. */
  app.get("/sign/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const token = c.req.query("token") ?? null;
    const claims = await verifySignature(
      deps,
      token,
      c.req.param(),
      "download",
    );
    const row = await deps.db.as(
      service(c.req.raw),
      "storage.object.get_signed",
      (sql) => findObject(sql, bucket, key),
    );
    return serveObject(deps.bytes, c.req.raw, row, {
      download: c.req.query("download"),
      expires: new Date(Number(claims.exp) * 1000),
    });
  });

  app.post("/sign/:bucket/:key{.+}", async (c) => {
    await visible(c, "storage.object.sign");
    const { expiresIn } = await readJson(c.req.raw, SignOne);
    return c.json({
      signedURL: await signDownload(deps, c.req.param(), expiresIn),
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
    const signed = paths.map(async (path) => {
      const isVisible = names.has(path);
      return {
        error: isVisible
          ? null
          : "Either the object does not exist or you do not have access to it",
        path,
        signedURL: isVisible
          ? await signDownload(deps, { bucket, key: path }, expiresIn)
          : null,
      };
    });
    return c.json(await Promise.all(signed));
  });

  app.get("/:bucket/:key{.+}", download);

  return app;
}

/** Below `/bucket`. Buckets have policies too; without any, only the service role sees them. */
export function bucketRoutes({ db, verify }: Deps): Hono {
  return new Hono().get("/", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    return c.json(await db.as(caller, "storage.bucket.list", listBuckets));
  });
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
