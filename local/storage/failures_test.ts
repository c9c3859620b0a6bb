import { deepEqual, equal, ok } from "node:assert/strict";
import { ALICE, filesIn, refusal, withStand } from "./testing.ts";

const MIB = 1 << 20;

/** The answer if PostgreSQL, or the connection to it, is gone. */
const AWAY = [500, "500 Internal: Internal Server Error"];

Deno.test("failures", async (t) => {
  await withStand(async (stand) => {
    const { filesDir } = stand;
    const authorization = `Bearer ${await stand.tokenOf({ sub: ALICE })}`;
    const put = (key: string, body: BodyInit) =>
      stand.call("POST", `/object/files/${ALICE}/${key}`, { body });

    for (const form of ["raw", "multipart"]) {
      await t.step(
        `a client that goes away leaves neither row nor bytes: ${form}`,
        async () => {
          const client = new AbortController();
          const body = new ReadableStream<Uint8Array>({
            async pull(controller) {
              await new Promise((done) => setTimeout(done, 5));
              controller.enqueue(new Uint8Array(65_536));
            },
          });
          const boundary = new TextEncoder().encode(
            '--b\r\ncontent-disposition: form-data; name=""; filename="f"\r\n' +
              "content-type: text/plain\r\n\r\n",
          );
          let sent = body;
          if (form === "multipart") {
            const { readable, writable } = new TransformStream<
              Uint8Array,
              Uint8Array
            >();
            const writer = writable.getWriter();
            writer.write(boundary).then(() => {
              writer.releaseLock();
              return body.pipeTo(writable);
            }).catch(() => {});
            sent = readable;
          }
          const type = form === "raw"
            ? "text/plain"
            : "multipart/form-data; boundary=b";
          const request = fetch(
            `${stand.url}/object/files/${ALICE}/gone-${form}`,
            {
              method: "POST",
              body: sent,
              headers: { authorization, "content-type": type },
              signal: client.signal,
            },
          ).catch(() => {});
          await until(async () =>
            (await filesIn(`${filesDir}/incoming`)).length === 1
          );
          client.abort();
          await request;
          await until(async () => (await filesIn(filesDir)).length === 0);
          const rows = await stand.admin`select from storage.objects`;
          equal(rows.length, 0);
        },
      );
    }

    await t.step(
      "an upload is on disk as it comes, not in memory",
      async () => {
        const turn = Promise.withResolvers<void>();
        let sent = 0;
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            if (sent === 20 * MIB) await turn.promise;
            if (sent === 40 * MIB) return controller.close();
            controller.enqueue(new Uint8Array(MIB));
            sent += MIB;
          },
        });
        const answer = put("big", body);
        await until(async () => {
          const [file] = await filesIn(`${filesDir}/incoming`);
          return file !== undefined &&
            (await Deno.stat(file)).size === 20 * MIB;
        });
        turn.resolve();
        equal((await answer).status, 200);
      },
    );

    await t.step(
      "a download is read as it goes, and closed with its last byte",
      async () => {
        const path = `${stand.url}/object/authenticated/files/${ALICE}/big`;
        const response = await fetch(path, { headers: { authorization } });
        const reader = response.body?.getReader();
        await reader?.read();
        // Time to run ahead, if it could: the sockets' buffers hold a few MiB.
        await new Promise((done) => setTimeout(done, 200));
        const [open] = await openFiles(`${filesDir}/objects`);
        ok(
          open !== undefined && open.position < 20 * MIB,
          `at ${open?.position}`,
        );
        for (let part = await reader?.read(); part && !part.done;) {
          part = await reader?.read();
        }
        await until(async () =>
          (await openFiles(`${filesDir}/objects`)).length === 0
        );
      },
    );

    await t.step("a client that stops reading closes the file", async () => {
      const client = new AbortController();
      const path = `${stand.url}/object/authenticated/files/${ALICE}/big`;
      const response = await fetch(path, {
        headers: { authorization },
        signal: client.signal,
      });
      const reader = response.body?.getReader();
      await reader?.read();
      ok((await openFiles(`${filesDir}/objects`)).length > 0);
      client.abort();
      await reader?.read().catch(() => {});
      await until(async () =>
        (await openFiles(`${filesDir}/objects`)).length === 0
      );
    });

    await t.step(
      "what a crash left is removed at the next start, and nothing else",
      async () => {
        const alice = (await stand.as(ALICE)).storage.from("files");
        equal((await alice.remove([`${ALICE}/big`])).data?.length, 1);
        await put("kept", "bytes");
        const [kept] = await filesIn(`${filesDir}/objects`);
        const orphan =
          `${filesDir}/objects/files/${ALICE}/orphan/${crypto.randomUUID()}`;
        const half = `${filesDir}/incoming/${crypto.randomUUID()}`;
        const fresh =
          `${filesDir}/objects/files/${ALICE}/fresh/${crypto.randomUUID()}`;
        const long = new Date(Date.now() - 3_600_000);
        for (const path of [orphan, half, fresh]) {
          await Deno.mkdir(path.replace(/\/[^/]+$/, ""), { recursive: true });
          await Deno.writeTextFile(path, "x");
          if (path !== fresh) await Deno.utime(path, long, long);
        }
        await Deno.utime(kept ?? "", long, long);
        await (await stand.another()).close();
        deepEqual((await filesIn(filesDir)).sort(), [kept, fresh].sort());
        equal(
          (await stand.call("GET", `/object/files/${ALICE}/kept`)).text,
          "bytes",
        );
      },
    );

    await t.step("a row whose bytes are missing says so", async () => {
      await put("lost", "bytes");
      const [path] = (await filesIn(filesDir)).filter((path) =>
        path.includes("/lost/")
      );
      await Deno.remove(path ?? "");
      deepEqual(
        refusal(await stand.call("GET", `/object/files/${ALICE}/lost`)),
        [
          400,
          "404 Not found: The resource was not found",
        ],
      );
    });

    await t.step(
      "an unknown route is told apart from an absent object",
      async () => {
        const { status, text } = await stand.call("GET", "/nothing/here");
        deepEqual([status, JSON.parse(text).error], [404, "Not Found"]);
      },
    );

    await t.step(
      "connections that end keep no upload waiting, and one that fails leaves neither row nor bytes",
      async () => {
        const before = (await filesIn(filesDir)).length;
        const stored: string[] = [];
        const upload = async (key: string) => {
          const start = performance.now();
          const answer = await put(key, key);
          const ms = performance.now() - start;
          ok(ms < 3_000, `answered after ${ms} ms: ${answer.text}`);
          if (answer.status === 200) stored.push(`${ALICE}/${key}`);
          else deepEqual(refusal(answer), AWAY);
        };
        for (let round = 0; round < 80; round++) {
          const uploads = Array.from(
            { length: 14 },
            (_, n) => upload(`cut-${round}-${n}`),
          );
          // At another moment of the uploads each time.
          await new Promise((done) => setTimeout(done, 2 * (round % 40)));
          await stand.admin`
            select pg_terminate_backend(pid) from pg_stat_activity
            where usename = 'authenticator'`;
          await Promise.all(uploads);
        }
        const rows = await stand.admin<{ name: string }[]>`
          select name from storage.objects where name like '%/cut-%'`;
        deepEqual(rows.map(({ name }) => name).sort(), stored.sort());
        equal((await filesIn(filesDir)).length, before + stored.length);
        for (const name of stored) {
          const { text } = await stand.call("GET", `/object/files/${name}`);
          equal(`${ALICE}/${text}`, name);
        }
        ok(stored.length > 0 && stored.length < 80 * 14, `${stored.length}`);
      },
    );

    await t.step(
      "a connection that does not answer is given up within five seconds, and not used again",
      async () => {
        const read = () => stand.call("GET", `/object/files/${ALICE}/kept`);
        await Promise.all(Array.from({ length: 5 }, read));
        const backends = await stand.admin<{ pid: number }[]>`
          select pid from pg_stat_activity where usename = 'authenticator'`;
        for (const { pid } of backends) Deno.kill(pid, "SIGSTOP");
        try {
          const start = performance.now();
          for (const answer of await Promise.all(backends.map(read))) {
            deepEqual(refusal(answer), [
              544,
              "544 DatabaseTimeout: The connection to the database timed out",
            ]);
          }
          ok(performance.now() - start < 5_500);
          equal((await read()).text, "bytes");
        } finally {
          for (const { pid } of backends) Deno.kill(pid, "SIGCONT");
        }
      },
    );

    await t.step(
      "without PostgreSQL the answer is an error, soon, and its return is noticed",
      async () => {
        await stand.stopPostgres();
        const start = performance.now();
        deepEqual(
          refusal(await stand.call("GET", `/object/files/${ALICE}/kept`)),
          AWAY,
        );
        deepEqual(refusal(await put("x", "x")), AWAY);
        ok(performance.now() - start < 10_000);
        await stand.startPostgres();
        await until(async () =>
          (await stand.call("GET", `/object/files/${ALICE}/kept`)).text ===
            "bytes"
        );
      },
    );

    await t.step(
      "a database that never answers is given up on within five seconds",
      async () => {
        using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        const held: Deno.Conn[] = [];
        (async () => {
          for await (const connection of silent) held.push(connection);
        })().catch(() => {});
        const dbUrl =
          `postgres://authenticator:x@127.0.0.1:${silent.addr.port}/postgres`;
        const start = performance.now();
        await stand.another({ dbUrl }).then(
          () => ok(false, "it started"),
          (error) =>
            equal(error.message, "The connection to the database timed out"),
        );
        ok(performance.now() - start < 5_500);
        for (const connection of held) connection.close();
      },
    );
  });
});

/** This process's open files below `folder`, with how far each has been read. Linux only. */
async function openFiles(folder: string): Promise<{ position: number }[]> {
  const found: { position: number }[] = [];
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const path = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (!path.startsWith(folder)) continue;
    // It may be closed in between.
    const info = await Deno.readTextFile(`/proc/self/fdinfo/${name}`)
      .catch(() => "");
    if (info === "") continue;
    found.push({ position: Number(/pos:\s+(\d+)/.exec(info)?.[1]) });
  }
  return found;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!await condition()) {
    if (Date.now() > end) throw new Error("it never came to be");
    await new Promise((done) => setTimeout(done, 20));
  }
}
