// Buckets. Their rows have policies too; without any, only the service role reaches them.
import { Hono } from "hono";
import { z } from "zod";
import { authenticate, service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { failure } from "./errors.ts";
import { readJson } from "./json.ts";
import { parseSizeLimit, requireBucketName } from "./limits.ts";
import { asUuid, type BucketRow, deleteObjects, findBucket } from "./rows.ts";

const Settings = z.object({
  public: z.boolean().optional(),
  file_size_limit: z.union([z.number().int().min(0), z.string()]).nullish(),
  allowed_mime_types: z.array(z.string()).nullish(),
});
const NewBucket = Settings.extend({
  name: z.string(),
  id: z.string().optional(),
});

const MIME =
  /^([a-zA-Z0-9\-+.]+)\/([a-zA-Z0-9\-+.]+)(;\s*charset=[a-zA-Z0-9-]+)?$|\*$/;

export function bucketRoutes({ db, bytes, verify }: Deps): Hono {
  const app = new Hono();

  app.get("/", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    return c.json(
      await db.as(
        caller,
        "storage.bucket.list",
        (sql) => sql<BucketRow[]>`select * from storage.buckets order by name`,
      ),
    );
  });

  app.get("/:id", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { id } = c.req.param();
    return c.json(
      await db.as(caller, "storage.bucket.get", (sql) => findBucket(sql, id)),
    );
  });

  app.post("/", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const body = await readJson(c.req.raw, NewBucket);
    requireBucketName(body.name);
    await db.as(
      caller,
      "storage.bucket.create",
      (sql) =>
        sql`insert into storage.buckets ${
          sql({
            ...columns(body),
            id: body.id ?? body.name,
            name: body.name,
            public: body.public ?? false,
            owner: asUuid(caller.sub),
            owner_id: caller.sub ?? null,
          })
        }`,
    );
    return c.json({ name: body.name });
  });

  app.put("/:id", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { id } = c.req.param();
    const changes = columns(await readJson(c.req.raw, Settings));
    const rows = Object.keys(changes).length === 0 ? [id] : await db.as(
      caller,
      "storage.bucket.update",
      (sql) =>
        sql`update storage.buckets set ${
          sql(changes)
        } where id = ${id} returning id`,
    );
    if (rows.length === 0) throw failure("bucketNotFound");
    return c.json({ message: "Successfully updated" });
  });

  app.delete("/:id", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { id } = c.req.param();
    const operation = "storage.bucket.delete";
    await db.as(service(c.req.raw), operation, async (sql) => {
      await findBucket(sql, id);
      const objects =
        await sql`select from storage.objects where bucket_id = ${id} limit 1`;
      if (objects.length > 0) throw failure("bucketNotEmpty");
    });
    const deleted = await db.as(
      caller,
      operation,
      (sql) => sql`delete from storage.buckets where id = ${id} returning id`,
    );
    if (deleted.length === 0) throw failure("bucketNotFound");
    return c.json({ message: "Successfully deleted" });
  });

  app.post("/:id/empty", async (c) => {
    const caller = await authenticate(c.req.raw, verify);
    const { id } = c.req.param();
    const operation = "storage.bucket.empty";
    const rows = await db.as(caller, operation, async (sql) => {
      await findBucket(sql, id);
      const objects = await sql<{ name: string }[]>`
        select name from storage.objects where bucket_id = ${id}`;
      return deleteObjects(sql, id, objects.map(({ name }) => name));
    });
    for (const { name, version } of rows) {
      await bytes.remove({ bucket: id, key: name, version });
    }
    return c.json({ message: "Successfully emptied" });
  });

  return app;
}

/** Only the columns that the body names: what is left out stays as it is. */
function columns(body: z.infer<typeof Settings>) {
  for (const type of body.allowed_mime_types ?? []) {
    if (!MIME.test(type)) throw failure("mimeType", type);
  }
  return {
    ...(body.public !== undefined && { public: body.public }),
    ...(body.file_size_limit !== undefined &&
      { file_size_limit: parseSizeLimit(body.file_size_limit) }),
    ...(body.allowed_mime_types !== undefined &&
      { allowed_mime_types: body.allowed_mime_types }),
  };
}
