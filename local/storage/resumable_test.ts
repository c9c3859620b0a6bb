import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { deepEqual, equal, match, ok } from "node:assert/strict";
// deno-lint-ignore no-import-prefix -- only this test uses it
import { DetailedError, Upload } from "npm:tus-js-client@4.3.1";
import { ALICE, BOB, filesIn, type Stand, withStand } from "./testing.ts";

const CHUNK = 256 * 1024;

interface Plan {
  key: string;
  bytes: Uint8Array;
  bucket?: string;
  type?: string;
  headers: Record<string, string>;
  /** Gives up after this many bytes, as a client whose network went away. */
  abortAfter?: number;
  /** Goes on with an upload begun before. */
  from?: string | undefined;
  signed?: boolean;
}

/** Uploads through tus-js-client. Answers the upload's URL, or `status message` of the failure. */
function send(
  stand: Stand,
  plan: Plan,
): Promise<{ url: string | null; failure?: string }> {
  return new Promise((resolve) => {
    const upload = new Upload(Buffer.from(plan.bytes), {
      endpoint: `${stand.url}/upload/resumable${plan.signed ? "/sign" : ""}`,
      ...(plan.from && { uploadUrl: plan.from }),
      headers: plan.headers,
      chunkSize: CHUNK,
      retryDelays: null,
      uploadDataDuringCreation: false,
      metadata: {
        bucketName: plan.bucket ?? "files",
        objectName: plan.key,
        contentType: plan.type ?? "application/octet-stream",
        cacheControl: "60",
        metadata: JSON.stringify({ n: 1 }),
      },
      onChunkComplete: (_size, sent) => {
        if (plan.abortAfter !== undefined && sent >= plan.abortAfter) {
          upload.abort().then(() => resolve({ url: upload.url }));
        }
      },
      onSuccess: () => resolve({ url: upload.url }),
      onError: (error) => {
        const answer = error instanceof DetailedError
          ? error.originalResponse
          : undefined;
        resolve({
          url: upload.url,
          failure: `${answer?.getStatus()} ${answer?.getBody()}`,
        });
      },
    });
    upload.start();
  });
}

Deno.test("resumable uploads", async (t) => {
  await withStand(async (stand) => {
    const alice = (await stand.as(ALICE)).storage.from("files");
    const user = async (sub: string, more = {}) => ({
      authorization: `Bearer ${await stand.tokenOf({ sub })}`,
      ...more,
    });
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const body = Buffer.concat(Array.from({ length: 20 }, () => bytes));
    const headers = await user(ALICE);
    const stored = async (key: string) =>
      Buffer.from(
        await (await alice.download(key)).data?.arrayBuffer() ??
          new ArrayBuffer(0),
      );

    await t.step("go on after an interruption, to the same bytes", async () => {
      const key = `${ALICE}/broken-off`;
      const first = await send(stand, {
        key,
        bytes: body,
        headers,
        abortAfter: 2 * CHUNK,
      });
      ok(first.url?.startsWith(`${stand.url}/upload/resumable/`));
      match(
        (await alice.download(key)).error?.message ?? "",
        /Object not found|{}/,
      );
      const second = await send(stand, {
        key,
        bytes: body,
        headers,
        from: first.url ?? "",
      });
      deepEqual(second, { url: first.url });
      equal((await stored(key)).equals(body), true);
      const { data } = await alice.info(key);
      const md5 = createHash("md5").update(body).digest("hex");
      deepEqual([data?.size, data?.cacheControl, data?.etag, data?.metadata], [
        body.length,
        "max-age=60",
        `"${md5}"`,
        { n: 1 },
      ]);
      const [row] = await stand
        .admin`select owner_id from storage.objects where name = ${key}`;
      equal(row?.owner_id, ALICE);
    });

    await t.step("answer again when the last answer was lost", async () => {
      const key = `${ALICE}/asked-twice`;
      const { url } = await send(stand, { key, bytes: body, headers });
      const head = await fetch(url ?? "", {
        method: "HEAD",
        headers: { ...headers, "tus-resumable": "1.0.0" },
      });
      deepEqual([head.status, head.headers.get("upload-offset")], [
        200,
        String(body.length),
      ]);
      await alice.remove([key]);
      const id = url?.split("/").at(-1) ?? "";
      const left = (await filesIn(stand.filesDir)).filter((path) =>
        path.includes(id)
      );
      deepEqual(left, []);
    });

    await t.step("ask the policies at creation and on every part", async () => {
      const key = `${ALICE}/mine`;
      const stranger = await send(stand, {
        key,
        bytes: body,
        headers: await user(BOB),
      });
      equal(stranger.failure, "403 new row violates row-level security policy");
      const { url } = await send(stand, {
        key,
        bytes: body,
        headers,
        abortAfter: CHUNK,
      });
      await stand
        .postgres`alter policy "owners write" on storage.objects with check (false)`;
      const revoked = await send(stand, {
        key,
        bytes: body,
        headers,
        from: url ?? "",
      });
      equal(revoked.failure, "403 new row violates row-level security policy");
      await stand.postgres`alter policy "owners write" on storage.objects
        with check ((storage.foldername(name))[1] = public.me())`;
      const takeover = await send(stand, {
        key,
        bytes: body,
        headers: await user(BOB),
        from: url ?? "",
      });
      equal(takeover.failure, "403 new row violates row-level security policy");
    });

    await t.step("are refused without a token", async () => {
      const attempt = await send(stand, {
        key: `${ALICE}/x`,
        bytes: body,
        headers: {},
      });
      equal(
        attempt.failure,
        "400 headers must have required property 'authorization'",
      );
    });

    await t.step("hold to the bucket's types and size", async () => {
      const small = { bucket: "small", headers, bytes: body.subarray(0, 1000) };
      const type = await send(stand, {
        ...small,
        key: `${ALICE}/x`,
        type: "application/pdf",
      });
      equal(type.failure, "415 mime type application/pdf is not supported");
      const size = await send(stand, {
        ...small,
        key: `${ALICE}/y`,
        type: "text/plain",
        bytes: body.subarray(0, 1001),
      });
      equal(size.failure, "413 Maximum size exceeded\n");
      equal(
        (await send(stand, { ...small, key: `${ALICE}/z`, type: "text/plain" }))
          .failure,
        undefined,
      );
      const absent = await send(stand, {
        ...small,
        bucket: "absent",
        key: `${ALICE}/z`,
      });
      equal(absent.failure, "404 Bucket not found");
    });

    await t.step("do not replace an object unless told to", async () => {
      const key = `${ALICE}/kept`;
      await send(stand, { key, bytes: body.subarray(0, 10), headers });
      const second = await send(stand, {
        key,
        bytes: body.subarray(0, 20),
        headers,
      });
      equal(second.failure, "409 The resource already exists");
      const upsert = await user(ALICE, { "x-upsert": "true" });
      equal(
        (await send(stand, {
          key,
          bytes: body.subarray(0, 30),
          headers: upsert,
        })).failure,
        undefined,
      );
      equal((await stored(key)).length, 30);
    });

    await t.step(
      "of two to one key, the second to finish is refused and leaves nothing",
      async () => {
        const key = `${ALICE}/two`;
        const { url } = await send(stand, {
          key,
          bytes: body,
          headers,
          abortAfter: CHUNK,
        });
        await alice.upload(key, new Uint8Array([1]));
        const late = await send(stand, {
          key,
          bytes: body,
          headers,
          from: url ?? "",
        });
        equal(late.failure, "409 The resource already exists");
        deepEqual([...await stored(key)], [1]);
      },
    );

    await t.step(
      "work with the token of a signed upload URL, for that object only",
      async () => {
        const key = `${ALICE}/signed`;
        const { data } = await alice.createSignedUploadUrl(key);
        const signed = {
          signed: true,
          bytes: body,
          headers: { "x-signature": data?.token ?? "" },
        };
        const other = await send(stand, { ...signed, key: `${ALICE}/other` });
        equal(other.failure, "400 Invalid signature");
        const none = await send(stand, { ...signed, key, headers: {} });
        equal(none.failure, "400 Missing x-signature header");
        const sent = await send(stand, { ...signed, key });
        equal(sent.failure, undefined);
        ok(sent.url?.startsWith(`${stand.url}/upload/resumable/sign/`));
        equal((await stored(key)).equals(body), true);
      },
    );

    await t.step(
      "can be given up, and never lead out of their folder",
      async () => {
        const key = `${ALICE}/given-up`;
        const { url } = await send(stand, {
          key,
          bytes: body,
          headers,
          abortAfter: CHUNK,
        });
        const tus = { ...headers, "tus-resumable": "1.0.0" };
        const stranger = await fetch(url ?? "", {
          method: "DELETE",
          headers: { ...tus, ...await user(BOB) },
        });
        equal(stranger.status, 403);
        await stranger.text();
        equal(
          (await fetch(url ?? "", { method: "DELETE", headers: tus })).status,
          204,
        );
        equal(
          (await fetch(url ?? "", { method: "HEAD", headers: tus })).status,
          404,
        );
        const out = await send(stand, {
          key: "../../../out",
          bytes: body,
          headers,
        });
        match(out.failure ?? "", /^(403|404|400) /);
        const id = encodeURIComponent(`../${crypto.randomUUID()}`);
        const probe = await fetch(`${stand.url}/upload/resumable/${id}`, {
          method: "HEAD",
          headers: tus,
        });
        ok(probe.status >= 400 && probe.status < 500);
      },
    );
  });
});
