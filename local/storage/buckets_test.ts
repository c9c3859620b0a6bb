import { deepEqual, equal } from "node:assert/strict";
import { ALICE, withStand } from "./testing.ts";

Deno.test("buckets", async (t) => {
  await withStand(async (stand) => {
    const admin = (await stand.admins()).storage;
    const alice = (await stand.as(ALICE)).storage;

    await t.step(
      "are made, changed, emptied and deleted by the service role",
      async () => {
        const settings = {
          public: false,
          fileSizeLimit: "1KB",
          allowedMimeTypes: ["image/*"],
        };
        equal((await admin.createBucket("new", settings)).error, null);
        const { data } = await admin.getBucket("new");
        deepEqual([
          data?.id,
          data?.file_size_limit,
          data?.allowed_mime_types,
          data?.public,
        ], [
          "new",
          1000,
          ["image/*"],
          false,
        ]);
        equal((await admin.updateBucket("new", { public: true })).error, null);
        equal((await admin.getBucket("new")).data?.public, true);
        const png = { contentType: "image/png" };
        await admin.from("new").upload("a", new Uint8Array(10), png);
        const full = await admin.deleteBucket("new");
        equal(
          full.error?.message,
          "The bucket you tried to delete is not empty",
        );
        equal((await admin.emptyBucket("new")).error, null);
        equal((await admin.deleteBucket("new")).error, null);
        equal(
          (await admin.getBucket("new")).error?.message,
          "Bucket not found",
        );
      },
    );

    await t.step(
      "are hidden from users without a policy, and not theirs to make",
      async () => {
        deepEqual((await alice.listBuckets()).data, []);
        equal(
          (await alice.getBucket("files")).error?.message,
          "Bucket not found",
        );
        const made = await alice.createBucket("mine", { public: true });
        equal(
          made.error?.message,
          "new row violates row-level security policy",
        );
        equal(
          (await alice.deleteBucket("bare")).error?.message,
          "Bucket not found",
        );
        equal((await admin.listBuckets()).data?.length, 4);
      },
    );

    await t.step(
      "have a unique name and no limit beyond the global one",
      async () => {
        const again = await admin.createBucket("files", { public: false });
        equal(again.error?.message, "The resource already exists");
        const huge = await admin.createBucket("huge", {
          public: false,
          fileSizeLimit: "1GB",
        });
        equal(
          huge.error?.message,
          "The object exceeded the maximum allowed size",
        );
        const name = await admin.createBucket("a/b", { public: false });
        equal(name.error?.message, "Bucket name invalid");
      },
    );
  });
});
