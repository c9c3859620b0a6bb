// Objects in: upload, update, and upload through a signed URL.
import { type Context, Hono } from "hono";
import type { Deps } from "./context.ts";
import { requireKey } from "./limits.ts";
import { signUpload } from "./sign.ts";
import { ownTarget, signedTarget } from "./target.ts";
import { mayUpload, upload } from "./upload.ts";

type ObjectContext = Context<object, "/:bucket/:key{.+}">;

export function writeRoutes(deps: Deps): Hono {
  const app = new Hono();

  const own = (c: ObjectContext, operation: string) =>
    ownTarget(deps, c.req.raw, c.req.param(), operation);

  app.post("/upload/sign/:bucket/:key{.+}", async (c) => {
    const target = await own(c, "storage.object.sign_upload_url");
    requireKey(target.key);
    await mayUpload(deps, target, undefined, {});
    return c.json(await signUpload(deps, target));
  });

  app.put("/upload/sign/:bucket/:key{.+}", async (c) => {
    const target = await signedTarget(
      deps,
      c.req.raw,
      c.req.query("token") ?? null,
      c.req.param(),
      "storage.object.upload_signed",
    );
    await upload(deps, c.req.raw, target);
    return c.json({ Key: `${target.bucket}/${target.key}` });
  });

  app.post("/:bucket/:key{.+}", async (c) => {
    const target = await own(c, "storage.object.upload");
    const { id } = await upload(deps, c.req.raw, target);
    return c.json({ Id: id, Key: `${target.bucket}/${target.key}` });
  });

  app.put("/:bucket/:key{.+}", async (c) => {
    const target = await own(c, "storage.object.upload_update");
    const { id } = await upload(deps, c.req.raw, { ...target, upsert: true });
    return c.json({ Id: id, Key: `${target.bucket}/${target.key}` });
  });

  return app;
}
