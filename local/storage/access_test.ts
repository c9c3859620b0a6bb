import { deepEqual, equal } from "node:assert/strict";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import { SignJWT } from "npm:jose@6.2.18";
import { DENIED, NOT_FOUND, text, withObjects } from "./testing_objects.ts";
import { ALICE, BOB, refusal, type Stand } from "./testing.ts";

Deno.test("who may do what", async (t) => {
  await withObjects(async ({ stand, alice, bob, put, get }) => {
    await alice.upload(`${ALICE}/a.txt`, text("hello"));
    await alice.upload(`${ALICE}/b.png`, text("hello"));

    await t.step(
      "a stranger reads another's object as absent, and cannot change it",
      async () => {
        const key = `files/${ALICE}/a.txt`;
        for (
          const path of [
            `/object/authenticated/${key}`,
            `/object/${key}`,
            `/object/info/${key}`,
          ]
        ) {
          deepEqual(
            refusal(await stand.call("GET", path, { sub: BOB })),
            NOT_FOUND,
          );
        }
        equal(
          (await stand.call("HEAD", `/object/${key}`, { sub: BOB })).status,
          400,
        );
        const headers = { "x-upsert": "true" };
        const attempt = await stand.call("POST", `/object/${key}`, {
          sub: BOB,
          body: "x",
          headers,
        });
        deepEqual(refusal(attempt), DENIED);
        const update = await stand.call("PUT", `/object/${key}`, {
          sub: BOB,
          body: "x",
        });
        deepEqual(refusal(update), DENIED);
        deepEqual(
          refusal(await stand.call("DELETE", `/object/${key}`, { sub: BOB })),
          [400, "403 Unauthorized: Access denied"],
        );
        const absent = `/object/files/${ALICE}/absent`;
        deepEqual(
          refusal(await stand.call("DELETE", absent, { sub: BOB })),
          NOT_FOUND,
        );
        deepEqual((await bob.remove([`${ALICE}/a.txt`])).data, []);
        deepEqual((await bob.list(ALICE)).data, []);
        equal((await get(key)).text, "hello");
      },
    );

    await t.step(
      "a stranger can neither copy nor move it, nor move onto another's",
      async () => {
        await bob.upload(`${BOB}/own`, text("bob"));
        const from = {
          bucketId: "files",
          sourceKey: `${ALICE}/a.txt`,
          destinationKey: `${BOB}/stolen`,
        };
        for (const path of ["/object/copy", "/object/move"]) {
          const answer = await stand.call("POST", path, {
            sub: BOB,
            body: JSON.stringify(from),
          });
          deepEqual(refusal(answer), NOT_FOUND);
        }
        for (const path of ["/object/copy", "/object/move"]) {
          const body = {
            bucketId: "files",
            sourceKey: `${BOB}/own`,
            destinationKey: `${ALICE}/gift`,
          };
          const answer = await stand.call("POST", path, {
            sub: BOB,
            body: JSON.stringify(body),
          });
          deepEqual(refusal(answer), DENIED);
        }
        equal((await get(`files/${BOB}/own`, {}, BOB)).text, "bob");
      },
    );

    await t.step("only a valid token with a key id gets in", async () => {
      await refuses(
        stand,
        null,
        "400 Error: headers must have required property 'authorization'",
      );
      await refuses(stand, "nonsense", "403 Unauthorized: Invalid Compact JWS");
      const old = await stand.tokenOf({ sub: ALICE, exp: 1 });
      await refuses(
        stand,
        old,
        '403 Unauthorized: "exp" claim timestamp check failed',
      );
      for (const kid of [null, "other"]) {
        const forged = await stand.tokenOf({ sub: ALICE }, kid);
        await refuses(
          stand,
          forged,
          "403 Unauthorized: Key for the ES256 algorithm must be one of type CryptoKey, KeyObject, or JSON Web Key. Received an instance of Uint8Array",
        );
      }
      const wrong = "403 Unauthorized: signature verification failed";
      const [head = "", body = ""] = (await stand.tokenOf({ sub: BOB }))
        .split(".");
      const mine = (await stand.tokenOf({ sub: ALICE })).split(".")[2];
      await refuses(stand, `${head}.${body}.${mine}`, wrong);
      const guessed = await new SignJWT({ role: "service_role" })
        .setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
        .sign(new TextEncoder().encode("a guess"));
      await refuses(stand, guessed, wrong);
    });

    await t.step(
      "anonymous tokens are bound by policies too; public buckets are public",
      async () => {
        const token = await stand.tokenOf({ role: "anon" });
        const headers = { authorization: `Bearer ${token}` };
        const read = await stand.call("GET", `/object/files/${ALICE}/b.png`, {
          sub: null,
          headers,
        });
        deepEqual(refusal(read), NOT_FOUND);
        const absent = [400, "404 Bucket not found: Bucket not found"];
        const bare = await stand.call("GET", `/object/files/${ALICE}/b.png`, {
          sub: null,
        });
        deepEqual(refusal(bare), absent);
        const wrong = await stand.call(
          "GET",
          `/object/public/files/${ALICE}/b.png`,
          { sub: null },
        );
        deepEqual(refusal(wrong), absent);
        await put(`open/${ALICE}/x`);
        equal(
          (await stand.call("GET", `/object/public/open/${ALICE}/x`, {
            sub: null,
          })).text,
          "hello",
        );
      },
    );

    await t.step("policies see the operation", async () => {
      await stand.postgres.unsafe(
        `create policy op on storage.objects for insert to authenticated
        with check (bucket_id = 'files' and name = storage.operation())`,
      );
      equal((await put("files/storage.object.upload")).status, 200);
      deepEqual(refusal(await put("files/storage.object.copy")), DENIED);
    });
  });
});

async function refuses(
  stand: Stand,
  token: string | null,
  reason: string,
): Promise<void> {
  const headers: Record<string, string> = token === null
    ? {}
    : { authorization: `Bearer ${token}` };
  for (
    const [method, path] of [
      ["POST", `/object/files/${ALICE}/x`],
      ["GET", `/object/authenticated/files/${ALICE}/b.png`],
      ["POST", "/object/list/files"],
      ["DELETE", "/object/files"],
      ["GET", "/bucket"],
    ] as const
  ) {
    const answer = await stand.call(method, path, { sub: null, headers });
    deepEqual(refusal(answer), [400, reason], `${method} ${path}`);
  }
}
