import { deepEqual, equal, notEqual } from "node:assert/strict";
import { withObjects } from "./testing_objects.ts";
import { ALICE, refusal } from "./testing.ts";

Deno.test("reads", async (t) => {
  await withObjects(async ({ stand, alice, put, get }) => {
    await put(`files/${ALICE}/digits`, "0123456789");

    await t.step("ranges: first, last, open, beyond, several", async () => {
      const ranged = async (range: string) => {
        const { status, headers, text } = await get(`files/${ALICE}/digits`, {
          range,
        });
        return [status, headers.get("content-range"), text];
      };
      deepEqual(await ranged("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
      deepEqual(await ranged("bytes=-3"), [206, "bytes 7-9/10", "789"]);
      deepEqual(await ranged("bytes=8-99"), [206, "bytes 8-9/10", "89"]);
      deepEqual(await ranged("lines=1-2"), [200, null, "0123456789"]);
      deepEqual(await ranged("bytes=0-1,4-5"), [200, null, "0123456789"]);
      const range = "bytes=10-";
      deepEqual(refusal(await get(`files/${ALICE}/digits`, { range })), [
        416,
        "416 InvalidRange: The requested range is not satisfiable",
      ]);
    });

    await t.step("conditions answer 304 without a body, or 412", async () => {
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
      const long = "Thu, 01 Jan 1970 00:00:00 GMT";
      equal(await status({ "if-match": '"other"' }), 412);
      equal(await status({ "if-unmodified-since": long }), 412);
      equal(await status({ "if-unmodified-since": modified }), 200);
      equal(
        await status({ "if-match": etag, "if-unmodified-since": long }),
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
  });
});
