// Objects in: upload, update, and upload through a signed URL.
import { Hono } from "hono";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { requireKey } from "./limits.ts";
import { signUpload, verifySignature } from "./sign.ts";
import { mayUpload, upload } from "./upload.ts";

export function writeRoutes(deps: Deps): Hono {
  const app = new Hono();

  app.post("/upload/sign/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    const upsert = c.req.header("x-upsert") === "true";
    requireKey(key);
    const operation = "storage.object.sign_upload_url";
    const target = {
      bucket,
      key,
      owner: caller.sub,
      upsert,
      caller,
      operation,
    };
    await mayUpload(deps, target, undefined, {});
    return c.json(
      await signUpload(deps, bucket, key, { owner: caller.sub, upsert }),
    );
  });

  app.put("/upload/sign/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const claims = await verifySignature(
      deps,
      c.req.query("token"),
      bucket,
      key,
      "upload",
    );
    const row = await upload(deps, c.req.raw, {
      bucket,
      key,
      owner: typeof claims.owner === "string" ? claims.owner : undefined,
      upsert: claims.upsert === true,
      caller: service(c.req.raw),
      operation: "storage.object.upload_signed",
    });
    return c.json({ Key: `${row.bucket_id}/${row.name}` });
  });

  app.post("/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    const upsert = c.req.header("x-upsert") === "true";
    const operation = "storage.object.upload";
    const row = await upload(deps, c.req.raw, {
      bucket,
      key,
      owner: caller.sub,
      upsert,
      caller,
      operation,
    });
    return c.json({ Id: row.id, Key: `${bucket}/${key}` });
  });

  app.put("/:bucket/:key{.+}", async (c) => {
    const { bucket, key } = c.req.param();
    const caller = await authenticate(c.req.raw, deps.verify);
    const operation = "storage.object.upload_update";
    const row = await upload(deps, c.req.raw, {
      bucket,
      key,
      owner: caller.sub,
      upsert: true,
      caller,
      operation,
    });
    return c.json({ Id: row.id, Key: `${bucket}/${key}` });
  });

  return app;
}
