import { deepEqual, equal, match } from "node:assert/strict";
import { ALICE, BOB, refusal, withStand } from "./testing.ts";

Deno.test("signed URLs", async (t) => {
  await withStand(async (stand) => {
    const alice = (await stand.as(ALICE)).storage.from("files");
    const bob = (await stand.as(BOB)).storage.from("files");
    const key = `${ALICE}/a.txt`;
    await alice.upload(key, new TextEncoder().encode("hello"), {
      contentType: "text/plain",
    });
    const anyone = { sub: null };
    const token = (signed = "") => new URL(signed).searchParams.get("token");

    await t.step(
      "let anyone read one object, with ranges and a name",
      async () => {
        const { data } = await alice.createSignedUrl(key, 60);
        const response = await fetch(`${data?.signedUrl}&download=%C3%A9.txt`, {
          headers: { range: "bytes=1-2" },
        });
        deepEqual([response.status, await response.text()], [206, "el"]);
        equal(
          response.headers.get("content-disposition"),
          "attachment; filename=%C3%A9.txt; filename*=UTF-8''%C3%A9.txt",
        );
        equal(response.headers.get("cache-control"), null);
        const expires = Date.parse(response.headers.get("expires") ?? "");
        equal(Math.abs(expires - Date.now() - 60_000) < 3_000, true);
      },
    );

    await t.step(
      "are given for what the caller may read, and nothing else",
      async () => {
        const one = await bob.createSignedUrl(key, 60);
        equal(one.error?.message, "Object not found");
        const { data } = await alice.createSignedUrls([key, `${ALICE}/no`], 60);
        deepEqual(data?.map(({ error, path }) => [error, path]), [
          [null, key],
          [
            "Either the object does not exist or you do not have access to it",
            `${ALICE}/no`,
          ],
        ]);
        equal(await (await fetch(data?.[0]?.signedUrl ?? "")).text(), "hello");
      },
    );

    await t.step(
      "end, and are bound to their object and direction",
      async () => {
        const { data } = await alice.createSignedUrl(key, 1);
        const down = token(data?.signedUrl);
        const other = await stand.call(
          "GET",
          `/object/sign/files/${BOB}/x?token=${down}`,
          anyone,
        );
        deepEqual(refusal(other), [
          400,
          "400 InvalidSignature: Invalid signature",
        ]);
        const up = await stand.call(
          "PUT",
          `/object/upload/sign/files/${key}?token=${down}`,
          {
            ...anyone,
            body: "x",
          },
        );
        deepEqual(refusal(up), [
          400,
          "400 InvalidSignature: Token is not scoped for upload",
        ]);
        const path = `/object/sign/files/${key}`;
        const none = await stand.call("GET", path, anyone);
        match(refusal(none)[1], /required property 'token'/);
        const forged = await stand.call(
          "GET",
          `${path}?token=${await stand.tokenOf({})}`,
          anyone,
        );
        match(refusal(forged)[1], /^400 InvalidJWT: /);
        await new Promise((done) => setTimeout(done, 2_000));
        const late = await stand.call("GET", `${path}?token=${down}`, anyone);
        deepEqual(refusal(late), [
          400,
          '400 InvalidJWT: "exp" claim timestamp check failed',
        ]);
      },
    );

    await t.step("need a length in whole seconds", async () => {
      const send = (body: string) =>
        stand.call("POST", `/object/sign/files/${key}`, { body });
      for (
        const body of ["{}", '{"expiresIn":0}', '{"expiresIn":"1"}', "nonsense"]
      ) {
        match(refusal(await send(body))[1], /^400 Error: /);
      }
    });

    await t.step(
      "let anyone upload one object, once, as the one who signed",
      async () => {
        const up = `${ALICE}/up.txt`;
        equal(
          (await bob.createSignedUploadUrl(up)).error?.message,
          "new row violates row-level security policy",
        );
        const { data } = await alice.createSignedUploadUrl(up);
        const send = (body: string) =>
          stand.call(
            "PUT",
            `/object/upload/sign/files/${up}?token=${data?.token}`,
            {
              ...anyone,
              body,
              headers: { "content-type": "text/plain" },
            },
          );
        const sent = await send("once");
        deepEqual([sent.status, JSON.parse(sent.text)], [200, {
          Key: `files/${up}`,
        }]);
        deepEqual(refusal(await send("twice")), [
          400,
          "409 Duplicate: The resource already exists",
        ]);
        const [row] = await stand
          .admin`select owner_id from storage.objects where name = ${up}`;
        equal(row?.owner_id, ALICE);
        const taken = await alice.createSignedUploadUrl(up);
        equal(taken.error?.message, "The resource already exists");
        const again = await alice.createSignedUploadUrl(up, { upsert: true });
        const client = await alice.uploadToSignedUrl(
          up,
          again.data?.token ?? "",
          new Blob(["thrice"]),
        );
        equal(client.error, null);
        equal(await (await alice.download(up)).data?.text(), "thrice");
      },
    );
  });
});
