import { deepEqual, equal } from "node:assert/strict";
import { DUPLICATE, NOT_FOUND, text, withObjects } from "./testing_objects.ts";
import { ALICE, filesIn, refusal } from "./testing.ts";

Deno.test("changes of objects", async (t) => {
  await withObjects(async ({ stand, alice, put, get }) => {
    await put(`files/${ALICE}/a.txt`);
    await put(`files/${ALICE}/digits`, "0123456789");

    await t.step(
      "an upsert replaces the bytes and leaves none of the old",
      async () => {
        const key = `${ALICE}/again`;
        await alice.upload(key, text("one"));
        deepEqual(refusal(await put(`files/${key}`)), DUPLICATE);
        equal(
          (await alice.upload(key, text("two!"), { upsert: true })).error,
          null,
        );
        equal((await alice.update(key, text("three"))).error, null);
        equal((await get(`files/${key}`)).text, "three");
        const versions = (await filesIn(stand.filesDir)).filter((path) =>
          path.includes(`${key}/`)
        );
        equal(versions.length, 1);
      },
    );

    await t.step(
      "each write of an object has a version of its own",
      async () => {
        const key = `${ALICE}/versions`;
        const version = async () => {
          const [row] = await stand.admin`
            select version::uuid::text as version, version as text
            from storage.objects where name = ${key}`;
          equal(row?.version, row?.text);
          return row?.version;
        };
        const seen = new Set<string>();
        const upsert = { upsert: true };
        await alice.upload(key, text("one"));
        seen.add(await version());
        await alice.upload(key, text("one"), upsert);
        seen.add(await version());
        const { data } = await alice.createSignedUploadUrl(key, upsert);
        for (const body of ["two", "three"]) {
          const sent = await alice
            .uploadToSignedUrl(key, data?.token ?? "", text(body));
          equal(sent.error, null);
          seen.add(await version());
        }
        equal(seen.size, 4);
      },
    );

    await t.step(
      "an upload that was allowed to replace does so, however late it ends",
      async () => {
        const key = `files/${ALICE}/late`;
        const turn = Promise.withResolvers<void>();
        const body = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(text("begun "));
            await turn.promise;
            controller.enqueue(text("first"));
            controller.close();
          },
        });
        const slow = put(key, body, { "x-upsert": "true" });
        equal((await put(key, "ready")).status, 200);
        turn.resolve();
        equal((await slow).status, 200);
        equal((await get(key)).text, "begun first");
      },
    );

    await t.step(
      "of many uploads to one key at once, one succeeds",
      async () => {
        const answers = await Promise.all(
          Array.from(
            { length: 6 },
            (_, n) => put(`files/${ALICE}/race`, `body ${n}`),
          ),
        );
        const won = answers.findIndex(({ status }) => status === 200);
        deepEqual(answers.map(({ status }) => status).sort(), [
          200,
          400,
          400,
          400,
          400,
          400,
        ]);
        equal((await get(`files/${ALICE}/race`)).text, `body ${won}`);
        const left = (await filesIn(stand.filesDir)).filter((path) =>
          path.includes(`${ALICE}/race/`)
        );
        equal(left.length, 1);
      },
    );

    await t.step(
      "move and copy keep the bytes; delete leaves neither row nor bytes",
      async () => {
        const from = `${ALICE}/digits`;
        equal((await alice.copy(from, `${ALICE}/copied`)).error, null);
        equal((await alice.move(from, `${ALICE}/moved`)).error, null);
        equal((await get(`files/${ALICE}/copied`)).text, "0123456789");
        equal((await get(`files/${ALICE}/moved`)).text, "0123456789");
        deepEqual(refusal(await get(`files/${from}`)), NOT_FOUND);
        const taken = await alice.move(`${ALICE}/moved`, `${ALICE}/copied`);
        equal(taken.error?.message, "The resource already exists");

        const removed = await alice.remove([
          `${ALICE}/a.txt`,
          `${ALICE}/copied`,
          `${ALICE}/moved`,
          `${ALICE}/absent`,
        ]);
        equal(removed.data?.length, 3);
        deepEqual(refusal(await get(`files/${ALICE}/a.txt`)), NOT_FOUND);
        const left = (await filesIn(stand.filesDir)).filter((path) =>
          /copied|moved|digits|a\.txt/.test(path)
        );
        deepEqual(left, []);
      },
    );
  });
});
