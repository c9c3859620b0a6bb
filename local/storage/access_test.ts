import { deepEqual, equal, match } from "node:assert/strict";
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
      const forged = await stand.tokenOf({ sub: ALICE }, "other");
      await refuses(
        stand,
        forged,
        "403 Unauthorized: no applicable key found in the JSON Web Key Set",
      );
      const wrong = "403 Unauthorized: signature verification failed";
      const [head = "", body = ""] = (await stand.tokenOf({ sub: BOB }))
        .split(".");
      const mine = (await stand.tokenOf({ sub: ALICE })).split(".")[2];
      await refuses(stand, `${head}.${body}.${mine}`, wrong);
      const guessed = await new SignJWT({ role: "service_role" })
        .setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
        .sign(new TextEncoder().encode("a guess"));
      await refuses(
        stand,
        guessed,
        '403 Unauthorized: "alg" (Algorithm) Header Parameter value not allowed',
      );
    });

    await t.step("anonymous tokens are bound by policies too", async () => {
      const token = await stand.tokenOf({ role: "anon" });
      const headers = { authorization: `Bearer ${token}` };
      const read = await stand.call("GET", `/object/files/${ALICE}/b.png`, {
        sub: null,
        headers,
      });
      deepEqual(refusal(read), NOT_FOUND);
    });

    await t.step(
      "buckets are listed to the service role, and hidden from users without a policy",
      async () => {
        const { data } = await (await stand.admins()).storage.listBuckets();
        deepEqual(
          data?.map(({ name, file_size_limit }) => [name, file_size_limit]),
          [["bare", null], ["files", null], ["small", 1000]],
        );
        const { storage } = await stand.as(ALICE);
        deepEqual((await storage.listBuckets()).data, []);
      },
    );

    await t.step(
      "what only the real service has is said to be missing, to the service role too",
      async () => {
        const { storage } = await stand.admins();
        const files = storage.from("files");
        const path = `${ALICE}/a.txt`;
        const refused = [
          await storage.createBucket("new"),
          await storage.updateBucket("files", { public: true }),
          await storage.getBucket("files"),
          await storage.emptyBucket("files"),
          await storage.deleteBucket("bare"),
        ];
        for (const { error } of refused) {
          match(error?.message ?? "", /not found\. local\/storage\/README\.md/);
        }
        const { publicUrl } = files.getPublicUrl(path).data;
        const open = await fetch(publicUrl);
        equal(open.status, 404);
        match(await open.text(), /not found\. local\/storage\/README\.md/);
        equal((await get(`files/${path}`)).text, "hello");
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
