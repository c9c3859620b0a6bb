import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  DENIED,
  DUPLICATE,
  NOT_FOUND,
  text,
  TOO_LARGE,
  withObjects,
} from "./testing_objects.ts";
import { ALICE, BOB, filesIn, refusal } from "./testing.ts";

Deno.test("uploads", async (t) => {
  await withObjects(async ({ stand, alice, put, get }) => {
    await t.step(
      "a raw upload is read back, with type, metadata and owner",
      async () => {
        const sent = await alice.upload(`${ALICE}/a.txt`, text("hello"), {
          contentType: "text/plain",
          metadata: { note: "é" },
        });
        equal(sent.data?.fullPath, `files/${ALICE}/a.txt`);
        equal(
          await (await alice.download(`${ALICE}/a.txt`)).data?.text(),
          "hello",
        );
        const info = await alice.info(`${ALICE}/a.txt`);
        deepEqual(
          [
            info.data?.id,
            info.data?.size,
            info.data?.contentType,
            info.data?.metadata,
          ],
          [sent.data?.id, 5, "text/plain", { note: "é" }],
        );
        const [row] = await stand.admin`
        select owner_id, owner, metadata - 'lastModified' as metadata, user_metadata, path_tokens,
               version ~ '^[0-9a-f-]{36}$' as fresh
        from storage.objects where name = ${`${ALICE}/a.txt`}`;
        deepEqual({ ...row }, {
          owner_id: ALICE,
          owner: ALICE,
          metadata: {
            eTag: '"5d41402abc4b2a76b9719d911017c592"',
            size: 5,
            mimetype: "text/plain",
            cacheControl: "max-age=3600",
            contentLength: 5,
            httpStatusCode: 200,
          },
          user_metadata: { note: "é" },
          path_tokens: [ALICE, "a.txt"],
          fresh: true,
        });
      },
    );

    await t.step(
      "a multipart upload keeps the part's type and the form's fields",
      async () => {
        const blob = new Blob([new Uint8Array(300_000).fill(7)], {
          type: "image/png",
        });
        const sent = await alice.upload(`${ALICE}/b.png`, blob, {
          cacheControl: "60",
          metadata: { n: 1 },
        });
        equal(sent.error, null);
        const { data } = await alice.info(`${ALICE}/b.png`);
        deepEqual([
          data?.size,
          data?.contentType,
          data?.cacheControl,
          data?.metadata,
        ], [
          300_000,
          "image/png",
          "max-age=60",
          { n: 1 },
        ]);
      },
    );

    await t.step(
      "an insert policy alone is enough to upload, once",
      async () => {
        equal((await put("bare/x")).status, 200);
        deepEqual(refusal(await put("bare/x")), DUPLICATE);
        deepEqual(
          refusal(await put("bare/x", "again", { "x-upsert": "true" })),
          DENIED,
        );
        deepEqual(refusal(await get("bare/x")), NOT_FOUND);
      },
    );

    await t.step(
      "an upload without a policy is refused before its bytes are kept",
      async () => {
        const before = (await filesIn(stand.filesDir)).length;
        deepEqual(refusal(await put(`files/${BOB}/x`)), DENIED);
        deepEqual(refusal(await put(`absent/x`)), [
          400,
          "404 Bucket not found: Bucket not found",
        ]);
        equal((await filesIn(stand.filesDir)).length, before);
      },
    );

    await t.step("types are compared as strings, with wildcards", async () => {
      const send = (n: number, type: string) =>
        put(`small/${ALICE}/type${n}`, "x", { "content-type": type });
      equal((await send(1, "text/plain")).status, 200);
      equal((await send(2, "image/webp")).status, 200);
      deepEqual(refusal(await send(3, "text/plain;charset=UTF-8")), [
        400,
        "415 invalid_mime_type: mime type text/plain;charset=UTF-8 is not supported",
      ]);
      deepEqual(refusal(await send(4, "application/pdf")), [
        400,
        "415 invalid_mime_type: mime type application/pdf is not supported",
      ]);
      const small = (await stand.as(ALICE)).storage.from("small");
      const { error } = await small.upload(
        `${ALICE}/5`,
        new Blob(["x"], { type: "text/html" }),
      );
      match(error?.message ?? "", /text\/html is not supported/);
    });

    await t.step(
      "the bucket's size limit holds, raw and multipart",
      async () => {
        const headers = { "content-type": "text/plain" };
        equal(
          (await put(`small/${ALICE}/fits`, "x".repeat(1000), headers)).status,
          200,
        );
        deepEqual(
          refusal(await put(`small/${ALICE}/big`, "x".repeat(1001), headers)),
          TOO_LARGE,
        );
        const form = new FormData();
        form.append("cacheControl", "1");
        form.append(
          "",
          new Blob(["x".repeat(200_000)], { type: "text/plain" }),
        );
        deepEqual(refusal(await put(`small/${ALICE}/form`, form)), TOO_LARGE);
        equal((await filesIn(`${stand.filesDir}/incoming`)).length, 0);
      },
    );

    await t.step(
      "without Content-Length no limit holds, by a signed URL either, as in the real one",
      async () => {
        const stream = (bytes: number) => {
          let left = bytes;
          return new ReadableStream<Uint8Array>({
            pull(controller) {
              if (left <= 0) return controller.close();
              controller.enqueue(new Uint8Array(Math.min(left, 1 << 20)));
              left -= 1 << 20;
            },
          });
        };
        const headers = { "content-type": "text/plain" };
        equal(
          (await put(`small/${ALICE}/chunked`, stream(5000), headers)).status,
          200,
        );
        equal(
          (await put(`files/${ALICE}/huge`, stream(51 << 20), headers)).status,
          200,
        );
        const key = `small/${ALICE}/signed`;
        const signed = await stand.call("POST", `/object/upload/sign/${key}`);
        const { url } = JSON.parse(signed.text);
        const sent = await stand.call("PUT", url, {
          sub: null,
          headers,
          body: stream(5000),
        });
        equal(sent.status, 200);
        equal((await alice.info(`${ALICE}/huge`)).data?.size, 51 << 20);
      },
    );

    await t.step(
      "keys are ASCII and never lead out of their bucket",
      async () => {
        for (const key of ["ü", "a%25b", "a%23b", "a%5Cb", "a~b"]) {
          match(
            refusal(await put(`files/${ALICE}/${key}`))[1],
            /^400 InvalidKey: Invalid key: /,
          );
        }
        equal((await put(`files/${ALICE}/with space (1)`)).status, 200);
        equal((await get(`files/${ALICE}/with%20space%20(1)`)).text, "hello");
        const out = await put(`files/${ALICE}/..%2F..%2F..%2Fout`);
        match(refusal(out)[1], /^400 InvalidKey/);
        ok(
          !(await filesIn(stand.filesDir)).some((path) =>
            path.endsWith("/out")
          ),
        );
      },
    );
  });
});
