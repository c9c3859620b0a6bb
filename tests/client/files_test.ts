/** Files through the client: every kind of input, and what comes back. */
import assert from "node:assert/strict";
import { ContinuumError, type UploadInput } from "../../client/src/index.ts";
import { until } from "../local/processes.ts";
import { fresh } from "../support/http.ts";
import { kept, unique } from "../support/stored_files.ts";
import { newClient } from "./clients.ts";

const { client, user } = await newClient("owner");
const MIB = 1024 * 1024;

/** Text of exactly so many bytes that no other file has. */
function textOf(bytes: number): Uint8Array<ArrayBuffer> {
  const line = new TextEncoder().encode(`${crypto.randomUUID()} line\n`);
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += line.length) {
    content.set(line.subarray(0, bytes - at), at);
  }
  return content;
}

/** As a stream in pieces that fit no other size. */
function streamOf(content: Uint8Array<ArrayBuffer>, piece = 700_001) {
  let at = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= content.length) return controller.close();
      controller.enqueue(content.slice(at, at += piece));
    },
  });
}

async function bytesOf(fileId: string) {
  const response = await client.files.download(fileId);
  return new Uint8Array(await response.arrayBuffer());
}

const small = () => textOf(1000);
const big = () => textOf(6 * MIB + 4321);
const inputs: [
  string,
  () => Uint8Array<ArrayBuffer>,
  (
    content: Uint8Array<ArrayBuffer>,
  ) => UploadInput | Promise<UploadInput>,
][] = [
  ["bytes", small, (content) => content],
  ["an ArrayBuffer", small, (content) => content.buffer],
  ["a Blob", small, (content) => new Blob([content])],
  ["a stream", small, (content) => streamOf(content)],
  ["a path", small, pathOf],
  ["a big Blob", big, (content) => new Blob([content])],
  ["a big stream", big, (content) => streamOf(content)],
  ["a big path", big, pathOf],
  ["nothing", () => textOf(0), (content) => content],
];

const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});

async function pathOf(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const path = `${folder}/${crypto.randomUUID()}.md`;
  await Deno.writeFile(path, content);
  return path;
}

for (const [what, make, inputOf] of inputs) {
  Deno.test(`${what} uploaded comes back as the same bytes under the same name`, async () => {
    const content = make();
    const progress: number[] = [];
    const { file } = await client.files.upload(await inputOf(content), {
      name: "Bericht № 1.md",
      metadata: { source: what },
      onProgress: ({ loaded, total }) => {
        assert.equal(total, content.length);
        progress.push(loaded);
      },
    });
    assert.equal(file.original_name, "Bericht № 1.md");
    assert.equal(file.mime_type, "text/markdown");
    assert.deepEqual(file.metadata, { source: what });
    assert.equal(file.status, "ready");
    assert.deepEqual(await bytesOf(file.id), content);
    assert.deepEqual(progress, [...progress].sort((a, b) => a - b));
    assert.equal(progress.at(-1), content.length);
    assert.ok(content.length < MIB || progress.length > 2, `${progress}`);
  });
}

Deno.test("a stream whose size is known is not read ahead", async () => {
  const content = textOf(13 * MIB);
  let furthestAhead = 0;
  let read = 0;
  let sent = 0;
  const source = streamOf(content, MIB).pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        read += chunk.length;
        furthestAhead = Math.max(furthestAhead, read - sent);
        controller.enqueue(chunk);
      },
    }),
  );
  const { file } = await client.files.upload(source, {
    name: "big.txt",
    size: content.length,
    onProgress: ({ loaded }) => sent = loaded,
  });
  assert.ok(furthestAhead <= 8 * MIB, `${furthestAhead}`);
  assert.deepEqual(await bytesOf(file.id), content);
});

Deno.test("a stream that is shorter than announced is refused, and its quota given back", async () => {
  const { bytes_used } = await kept(user.id);
  await assert.rejects(
    client.files.upload(streamOf(textOf(7 * MIB)), {
      name: "short.txt",
      size: 8 * MIB,
    }),
    { code: "incomplete" },
  );
  await until(
    async () => (await kept(user.id)).bytes_used === bytes_used,
    30,
  );
});

Deno.test("a File has its name and type, a path its name", async () => {
  const text = unique("notes");
  const file = new File([text], "notes.csv", {
    type: "text/csv;charset=utf-8",
  });
  const { file: one } = await client.files.upload(file);
  assert.equal(one.original_name, "notes.csv");
  assert.equal(one.mime_type, "text/csv");
  const path = await pathOf(new TextEncoder().encode(text));
  const { file: two } = await client.files.upload(path);
  assert.equal(two.original_name, path.split("/").at(-1));
});

Deno.test("the same bytes under the same name are the file that is there", async () => {
  const text = new Blob([unique("same")]);
  const first = await client.files.upload(text, { name: "same.txt" });
  const second = await client.files.upload(text, { name: "same.txt" });
  assert.equal(second.deduplicated, true);
  assert.equal(second.file.id, first.file.id);
});

Deno.test("metadata that no URL would hold comes back", async () => {
  const metadata = { long: "ü".repeat(30_000) };
  const { file } = await client.files.upload(new Blob([unique("meta")]), {
    name: "meta.txt",
    metadata,
  });
  assert.deepEqual((await client.files.describe(file.id)).metadata, metadata);
});

Deno.test("a file of a conversation is listed with it until it is unlinked", async () => {
  const conversation = client.conversation(fresh("talk"));
  await conversation.append([{ role: "user", content: "See the file." }]);
  const blob = new Blob([unique("linked")]);
  const { file } = await conversation.files.upload(blob, { name: "a.txt" });
  const ids = async () =>
    (await conversation.files.list().all()).map(({ id }) => id);
  assert.deepEqual(await ids(), [file.id]);
  const { links } = await client.files.describe(file.id);
  assert.equal(links?.length, 1);
  assert.equal((await conversation.files.unlink(file.id))?.links_removed, 1);
  assert.deepEqual(await ids(), []);
});

Deno.test("a range, a condition and a signed URL give what they ask for", async () => {
  const content = textOf(100);
  const { file } = await client.files.upload(content, { name: "r.txt" });
  const range = async (first: number, last?: number) => {
    const response = await client.files.download(file.id, {
      range: { first, last },
    });
    assert.equal(response.status, 206);
    return new Uint8Array(await response.arrayBuffer());
  };
  assert.deepEqual(await range(10, 19), content.slice(10, 20));
  assert.deepEqual(await range(90), content.slice(90));
  assert.deepEqual(await range(-5), content.slice(95));
  await assert.rejects(range(100), { code: "range_not_satisfiable" });

  const whole = await client.files.download(file.id);
  await whole.body?.cancel();
  const same = await client.files.download(file.id, {
    headers: { "If-None-Match": whole.headers.get("ETag") ?? "" },
  });
  assert.equal(same.status, 304);

  const { url } = await client.files.url(file.id, { expiresIn: 60 });
  assert.deepEqual(
    new Uint8Array(await (await fetch(url)).arrayBuffer()),
    content,
  );
});

Deno.test("a file is renamed, listed newest first, and deleted", async () => {
  const { client } = await newClient("lister");
  for (const name of ["1.txt", "2.txt", "3.txt"]) {
    await client.files.upload(new Blob([unique(name)]), { name });
  }
  const list = async () =>
    (await client.files.list({ limit: 2 }).all()).map((file) =>
      file.original_name
    );
  assert.deepEqual(await list(), ["3.txt", "2.txt", "1.txt"]);
  const [newest] = await client.files.list().all(1);
  const renamed = await client.files.rename(newest!.id, {
    name: "4.txt",
    metadata: { a: 1 },
  });
  assert.deepEqual(renamed.metadata, { a: 1 });
  assert.deepEqual(await list(), ["4.txt", "2.txt", "1.txt"]);
  await client.files.delete(newest!.id);
  assert.deepEqual(await list(), ["2.txt", "1.txt"]);
  await assert.rejects(client.files.delete(newest!.id), { code: "not_found" });
});

Deno.test("what cannot be stored is refused with the server's reason", async () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, ...new Uint8Array(100)]);
  await assert.rejects(
    client.files.upload(zip, { name: "a.zip", type: "application/zip" }),
    (error: ContinuumError) =>
      error.code === "type_mismatch" && error.problem.file === "a.zip",
  );
  await assert.rejects(
    client.files.upload(new Blob([new Uint8Array(51 * MIB)]), {
      name: "huge.txt",
    }),
    { code: "file_too_large" },
  );
  await assert.rejects(
    client.files.upload(streamOf(new Uint8Array(51 * MIB))),
    { code: "file_too_large" },
  );
  await assert.rejects(client.files.upload(`${folder}/none.txt`), {
    code: "ENOENT",
  });
});
