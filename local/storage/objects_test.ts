import { assert, assertEquals } from "./assert.ts";
import { ALICE, BOB, withStand } from "./testing.ts";

Deno.test("objects", async (t) => {
  await withStand(async (stand) => {
    const alice = (await stand.as(ALICE)).storage.from("files");
    const bob = (await stand.as(BOB)).storage.from("files");

    await t.step(
      "an upload is read back, with type, metadata and owner",
      async () => {
        const sent = await alice.upload(
          `${ALICE}/a.txt`,
          new TextEncoder().encode("hello"),
          {
            contentType: "text/plain",
            metadata: { note: "é" },
          },
        );
        assertEquals(sent.error, null);
        const got = await alice.download(`${ALICE}/a.txt`);
        assertEquals(await got.data?.text(), "hello");
        const info = await alice.info(`${ALICE}/a.txt`);
        assertEquals([
          info.data?.size,
          info.data?.contentType,
          info.data?.metadata,
        ], [5, "text/plain", {
          note: "é",
        }]);
        console.log(bob !== undefined, info, sent);
      },
    );
  });
});
