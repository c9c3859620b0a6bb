import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import {
  ALICE,
  BOB,
  filesBelow,
  refusal,
  type Stand,
  withStand,
} from "./testing.ts";

const text = (value: string) => new TextEncoder().encode(value);
const NOT_FOUND = [400, "404 not_found: Object not found"];
const DENIED = [
  400,
  "403 Unauthorized: new row violates row-level security policy",
];
const DUPLICATE = [400, "409 Duplicate: The resource already exists"];
const TOO_LARGE = [
  400,
  "413 Payload too large: The object exceeded the maximum allowed size",
];

Deno.test("objects", async (t) => {
  await withStand(async (stand) => {
    const alice = (await stand.as(ALICE)).storage.from("files");
    const bob = (await stand.as(BOB)).storage.from("files");
    const put = (
      key: string,
      body: BodyInit = "hello",
      headers: Record<string, string> = {},
    ) => stand.call("POST", `/object/${key}`, { body, headers });
    const get = (
      key: string,
      headers: Record<string, string> = {},
      sub: string | null = ALICE,
    ) => stand.call("GET", `/object/authenticated/${key}`, { headers, sub });

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
        const before = (await filesBelow(stand.filesDir)).length;
        deepEqual(refusal(await put(`files/${BOB}/x`)), DENIED);
        deepEqual(refusal(await put(`absent/x`)), [
          400,
          "404 Bucket not found: Bucket not found",
        ]);
        equal((await filesBelow(stand.filesDir)).length, before);
      },
    );

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
        const versions = (await filesBelow(stand.filesDir)).filter((path) =>
          path.includes(`${key}/`)
        );
        equal(versions.length, 1);
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
        const left = (await filesBelow(stand.filesDir)).filter((path) =>
          path.includes(`${ALICE}/race/`)
        );
        equal(left.length, 1);
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
        equal((await filesBelow(`${stand.filesDir}/incoming`)).length, 0);
      },
    );

    await t.step(
      "without Content-Length only the global limit holds, as in the real one",
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
        deepEqual(
          refusal(await put(`files/${ALICE}/huge`, stream(51 << 20), headers)),
          TOO_LARGE,
        );
        equal((await filesBelow(`${stand.filesDir}/incoming`)).length, 0);
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
          !(await filesBelow(stand.filesDir)).some((path) =>
            path.endsWith("/out")
          ),
        );
      },
    );

    await t.step("ranges: first, last, open, beyond, several", async () => {
      await put(`files/${ALICE}/digits`, "0123456789");
      const ranged = async (range: string) => {
        const { status, headers, text } = await get(`files/${ALICE}/digits`, {
          range,
        });
        return [status, headers.get("content-range"), text];
      };
      deepEqual(await ranged("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
      deepEqual(await ranged("bytes=-3"), [206, "bytes 7-9/10", "789"]);
      deepEqual(await ranged("bytes=8-99"), [206, "bytes 8-9/10", "89"]);
      deepEqual(await ranged("bytes=0-1,4-5"), [200, null, "0123456789"]);
      deepEqual(await ranged("lines=1-2"), [200, null, "0123456789"]);
      const beyond = await get(`files/${ALICE}/digits`, { range: "bytes=10-" });
      deepEqual(refusal(beyond), [
        416,
        "416 InvalidRange: The requested range is not satisfiable",
      ]);
    });

    await t.step("conditions answer 304 without a body", async () => {
      const { headers } = await get(`files/${ALICE}/digits`);
      const etag = headers.get("etag") ?? "";
      const modified = headers.get("last-modified") ?? "";
      const status = async (conditions: Record<string, string>) =>
        (await get(`files/${ALICE}/digits`, conditions)).status;
      equal(await status({ "if-none-match": etag }), 304);
      equal(await status({ "if-none-match": '"other"' }), 200);
      equal(await status({ "if-modified-since": modified }), 304);
      equal(
        await status({ "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT" }),
        200,
      );
      equal(
        await status({
          "if-none-match": '"other"',
          "if-modified-since": modified,
        }),
        200,
      );
    });

    await t.step("HEAD tells size, type and tag without a body", async () => {
      const answer = await stand.call("HEAD", `/object/files/${ALICE}/digits`);
      deepEqual(
        [answer.status, answer.headers.get("content-length"), answer.text],
        [200, "10", ""],
      );
      notEqual(answer.headers.get("etag"), null);
      equal((await alice.exists(`${ALICE}/digits`)).data, true);
    });

    await t.step(
      "HTML is served as text, SVG as it is, and nosniff is not set",
      async () => {
        const type = async (sent: string) => {
          await put(`files/${ALICE}/page`, "<b>", {
            "content-type": sent,
            "x-upsert": "true",
          });
          const { headers } = await get(`files/${ALICE}/page`);
          return [
            headers.get("content-type"),
            headers.get("x-content-type-options"),
          ];
        };
        deepEqual(await type("text/html; charset=utf-8"), ["text/plain", null]);
        deepEqual(await type("image/svg+xml"), ["image/svg+xml", null]);
      },
    );

    await t.step(
      "a listing shows one level, folders and files, in order and in pages",
      async () => {
        for (
          const name of [
            "l/b",
            "l/c/1",
            "l/c/2",
            "l/A",
            "l/d%x".replace("%", "_"),
          ]
        ) {
          await put(`files/${ALICE}/${name}`);
        }
        const names = async (path: string, options = {}) =>
          (await alice.list(`${ALICE}/${path}`, options)).data?.map((
            { name, id },
          ) => [name, id !== null]);
        deepEqual(await names("l"), [["A", true], ["b", true], ["c", false], [
          "d_x",
          true,
        ]]);
        deepEqual(await names("l", { limit: 2, offset: 1 }), [["b", true], [
          "c",
          false,
        ]]);
        deepEqual(
          await names("l", { sortBy: { column: "name", order: "desc" } }),
          [
            ["d_x", true],
            ["c", false],
            ["b", true],
            ["A", true],
          ],
        );
        deepEqual(
          (await names("l", { sortBy: { column: "created_at", order: "asc" } }))
            ?.[0],
          [
            "c",
            false,
          ],
        );
        deepEqual(await names("l", { search: "d_" }), [["d_x", true]]);
        deepEqual(await names("l/c"), [["1", true], ["2", true]]);
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
          `${ALICE}/copied`,
          `${ALICE}/moved`,
          `${ALICE}/absent`,
        ]);
        equal(removed.data?.length, 2);
        await stand.call("DELETE", `/object/files/${ALICE}/a.txt`);
        deepEqual(refusal(await get(`files/${ALICE}/a.txt`)), NOT_FOUND);
        const left = (await filesBelow(stand.filesDir)).filter((path) =>
          /copied|moved|digits|a\.txt/.test(path)
        );
        deepEqual(left, []);
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
      const none =
        "403 Unauthorized: no applicable key found in the JSON Web Key Set";
      await refuses(stand, await stand.tokenOf({ sub: ALICE }, null), none);
      await refuses(stand, await stand.tokenOf({ sub: ALICE }, "other"), none);
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
