/** Uploads over a network that fails: only what is missing is sent again, and every byte arrives. */
import assert from "node:assert/strict";
import type { UploadState } from "../../client/src/index.ts";
import { until } from "../local/processes.ts";
import { signUp } from "../support/actors.ts";
import { assertConsistent, kept, sweepAll } from "../support/stored_files.ts";
import { clientOf } from "./clients.ts";
import {
  type Fate,
  type Fault,
  first,
  unreliableNetwork,
} from "./unreliable_network.ts";

const MIB = 1024 * 1024;
const user = await signUp("owner");
const reliable = clientOf(user);

function textOf(bytes: number): Uint8Array<ArrayBuffer> {
  const line = new TextEncoder().encode(`${crypto.randomUUID()} line\n`);
  return new Uint8Array(bytes).map((_, at) => line[at % line.length]!);
}

async function stored(fileId: string): Promise<Uint8Array> {
  const response = await reliable.files.download(fileId);
  return new Uint8Array(await response.arrayBuffer());
}

/** The n-th request of a method to Storage's uploads (1, 2, …) meets this fate. */
function pieces(method: string, fates: Record<number, Fate>): Fault {
  let n = 0;
  return (passing) =>
    passing.method === method && passing.path.includes("/upload/resumable")
      ? fates[++n] ?? null
      : null;
}

const cuts: [string, Fault][] = [
  [
    "is cut in the middle of a piece",
    pieces("PATCH", {
      2: { cutRequestAfter: 2 * MIB },
    }),
  ],
  ["loses the answer to a piece", pieces("PATCH", { 1: "unanswered" })],
  ["loses the answer to its last piece", pieces("PATCH", { 3: "unanswered" })],
  ["loses the answer to its beginning", pieces("POST", { 1: "unanswered" })],
  [
    "is cut again and again",
    pieces("PATCH", {
      1: { cutRequestAfter: MIB },
      2: { cutRequestAfter: MIB },
      3: "lost",
      4: "unanswered",
    }),
  ],
  ["loses the answer to its reservation", first("/reservations", "unanswered")],
  ["loses the answer to its completion", first("/complete", "unanswered")],
];

for (const [what, fault] of cuts) {
  Deno.test(`an upload that ${what} arrives whole`, async () => {
    await using network = await unreliableNetwork(fault);
    const client = clientOf(user, {}, network.at);
    const content = textOf(14 * MIB);
    const { file } = await client.files.upload(content, { name: "big.txt" });
    assert.deepEqual(await stored(file.id), content);
  });
}

Deno.test("a small upload that loses its answer is stored once", async () => {
  await using network = await unreliableNetwork(first("POST", "unanswered"));
  const client = clientOf(user, {}, network.at);
  const content = textOf(1000);
  const { file } = await client.files.upload(content, { name: "once.txt" });
  assert.deepEqual(await stored(file.id), content);
  const named = (await reliable.files.list().all())
    .filter(({ original_name }) => original_name === "once.txt");
  assert.equal(named.length, 1);
});

Deno.test("after a cut only what has not arrived is sent again", async () => {
  let sent = 0;
  const cut = pieces("PATCH", { 2: { cutRequestAfter: 4 * MIB } });
  await using network = await unreliableNetwork((passing) => {
    if (passing.method === "PATCH") {
      sent += Number(passing.headers["content-length"]);
    }
    return cut(passing);
  });
  const content = textOf(13 * MIB);
  await clientOf(user, {}, network.at).files.upload(content, { name: "b.txt" });
  // All of it, and the piece that was cut.
  assert.ok(sent <= 19 * MIB, `${sent}`);
});

Deno.test("an upload that was aborted is gone on with by another client", async () => {
  const content = textOf(14 * MIB);
  const stop = new AbortController();
  let state: UploadState | undefined;
  const upload = reliable.files.upload(content, {
    name: "later.txt",
    signal: stop.signal,
    onState: (next) => state = JSON.parse(JSON.stringify(next)),
    onProgress: ({ loaded }) => loaded >= 6 * MIB && stop.abort(),
  });
  await assert.rejects(upload, { name: "AbortError" });

  const progress: number[] = [];
  const { file } = await clientOf(user).files.upload(content, {
    resume: state,
    onProgress: ({ loaded }) => progress.push(loaded),
  });
  assert.equal(file.original_name, "later.txt");
  assert.equal(progress[0], 6 * MIB);
  assert.deepEqual(await stored(file.id), content);
});

Deno.test("an upload that is aborted for good gives its quota back", async () => {
  const { bytes_used } = await kept(user.id);
  const stop = new AbortController();
  const upload = reliable.files.upload(textOf(14 * MIB), {
    signal: stop.signal,
    onProgress: ({ loaded }) => loaded >= 6 * MIB && stop.abort(),
  });
  await assert.rejects(upload, { name: "AbortError" });
  await until(
    async () => (await kept(user.id)).bytes_used === bytes_used,
    30,
  );
});

Deno.test("an upload that Storage has forgotten begins again", async () => {
  const gone: Fate = { carriedOut: false, instead: { status: 404 } };
  const patch = pieces("PATCH", { 2: gone });
  const head = pieces("HEAD", { 1: gone });
  await using network = await unreliableNetwork((passing) =>
    patch(passing) ?? head(passing)
  );
  const content = textOf(14 * MIB);
  const client = clientOf(user, {}, network.at);
  const { file } = await client.files.upload(content, { name: "big.txt" });
  assert.deepEqual(await stored(file.id), content);
});

Deno.test("what failed uploads have left behind is gone after a sweep", async () => {
  await sweepAll({ pending_seconds: 0 });
  await assertConsistent(user.id);
});
