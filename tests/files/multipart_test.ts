import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import {
  download,
  leftBy,
  nothing,
  PNG,
  sha256,
  text,
  upload,
} from "./uploading.ts";

const owner = await signUp("forms");

const ZIP = new Uint8Array([0x50, 0x4b, 3, 4, 20, ...new Array(200_000)]);

type Part = [name: string, bytes: Uint8Array<ArrayBuffer>, type?: string];

const form = (...parts: Part[]) => {
  const data = new FormData();
  for (const [name, bytes, type = "text/plain"] of parts) {
    data.append("file", new File([bytes], name, { type }));
  }
  return data;
};

const send = (body: BodyInit, actor: Actor = owner, query = "") =>
  request(actor, `file-upload${query}`, { body });

/** A body as its bytes are written here, with `b` as the boundary. */
const sendRaw = (body: string, actor: Actor = owner) =>
  upload(actor, body, { type: "multipart/form-data; boundary=b" });

const partOf = (name: string, content: string, type = "text/plain") =>
  `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n` +
  `Content-Type: ${type}\r\n\r\n${content}\r\n`;

// deno-lint-ignore no-explicit-any -- results of an answer
const codes = (results: any[]) =>
  results.map((r) => r.problem?.code ?? "stored");

Deno.test("ten files are ten results in order, 201", async () => {
  const parts = Array.from(
    { length: 10 },
    (_, i): Part => [`${i}.txt`, text(500 + i)],
  );
  const { status, body } = await send(form(...parts));
  assert.equal(status, 201);
  assert.deepEqual(Object.keys(body), ["results"]);
  for (const [i, [name, bytes]] of parts.entries()) {
    const { file, deduplicated } = body.results[i];
    assert.equal(file.original_name, name);
    assert.equal(file.sha256, sha256(bytes));
    assert.equal(deduplicated, false);
    assert.deepEqual((await download(owner, file.id)).bytes, bytes);
  }
});

Deno.test("files beyond the tenth are a problem each, and the ten are stored", async () => {
  const parts = Array.from(
    { length: 12 },
    (_, i): Part => [`${i}.txt`, text(500)],
  );
  const { status, body } = await send(form(...parts));
  assert.equal(status, 207);
  assert.deepEqual(codes(body.results), [
    ...Array(10).fill("stored"),
    "malformed_request",
    "malformed_request",
  ]);
});

Deno.test("a refused part does not stop the next, 207 with its problem", async () => {
  const actor = await signUp("mixed");
  const answer = await send(
    form(
      ["first.txt", text(300)],
      ["a.zip", ZIP, "image/png"],
      ["b.zip", ZIP, "application/zip"],
      ["\u202e.txt", text(200_000)],
      ["right.png", PNG, "image/png"],
    ),
    actor,
  );
  assert.equal(answer.status, 207);
  const { results } = answer.body;
  assert.deepEqual(codes(results), [
    "stored",
    "type_mismatch",
    "type_mismatch",
    "validation_failed",
    "stored",
  ]);
  assert.equal(results[1].problem.status, 415);
  assert.equal(
    results[1].problem.request_id,
    answer.headers.get("x-request-id"),
  );
  assert.equal(results[4].file.original_name, "right.png");
  const left = await leftBy(actor);
  assert.deepEqual(left, {
    files: 2,
    objects: 2,
    used: 300 + PNG.length,
    sum: 300 + PNG.length,
  });
});

Deno.test("a part over the limit is refused and does not stop the next", async () => {
  const actor = await signUp("over");
  const { status, body } = await send(
    form(["big.txt", text(10 * 1024 * 1024 + 1)], ["next.txt", text(300)]),
    actor,
    "?bucket=generated-files",
  );
  assert.equal(status, 207);
  assert.deepEqual(codes(body.results), ["file_too_large", "stored"]);
  assert.equal((await leftBy(actor)).used, 300);
});

Deno.test("two files of 5 MiB arrive whole", async () => {
  const files = [text(5 * 1024 * 1024), text(5 * 1024 * 1024)];
  const { status, body } = await send(
    form(...files.map((bytes, i): Part => [`${i}.txt`, bytes])),
  );
  assert.equal(status, 201);
  for (const [i, bytes] of files.entries()) {
    const { file } = body.results[i];
    assert.equal(file.sha256, sha256(bytes));
    assert.equal(sha256((await download(owner, file.id)).bytes), sha256(bytes));
  }
});

Deno.test("names need not be ASCII", async () => {
  const names = ["تقرير.txt", "日本語 #1.txt", "हिन्दी.txt", "é ü.txt"];
  const { body } = await send(
    form(...names.map((name): Part => [name, text(40)])),
  );
  for (const [i, name] of names.entries()) {
    assert.equal(body.results[i].file.original_name, name);
    assert.equal((await download(owner, body.results[i].file.id)).name, name);
  }
});

Deno.test("a quote in a name, which clients escape, is a quote again", async () => {
  const { body } = await send(form(['say "hi" 100%.txt', text(40)]));
  assert.equal(body.results[0].file.original_name, 'say "hi" 100%.txt');
});

Deno.test("CR and LF in a name, which clients escape, are refused", async () => {
  const { status, body } = await send(form(["a\r\nb.txt", text(40)]));
  assert.equal(status, 207);
  assert.deepEqual(codes(body.results), ["validation_failed"]);
});

Deno.test("the same content twice in a form is one file", async () => {
  const bytes = text(400);
  const { status, body } = await send(form(["1.txt", bytes], ["1.txt", bytes]));
  assert.equal(status, 201);
  assert.deepEqual(
    body.results.map((r: { deduplicated: boolean }) => r.deduplicated),
    [false, true],
  );
  assert.equal(body.results[0].file.id, body.results[1].file.id);
});

Deno.test("empty files are files", async () => {
  const actor = await signUp("empty");
  const { status, body } = await send(
    form(["1.txt", new Uint8Array()], ["2.txt", text(10)]),
    actor,
  );
  assert.equal(status, 201);
  assert.equal(body.results[0].file.size_bytes, 0);
});

Deno.test("bucket, metadata and conversation of the query hold for every file", async () => {
  const name = fresh("form");
  const { id } = (await append(owner, name, ["hello"])).body.conversation;
  const { body } = await send(
    form(["1.json", new TextEncoder().encode("[1]"), "application/json"], [
      "2",
      text(30),
    ]),
    owner,
    `?bucket=generated-files&continuation_id=${name}&metadata=%7B%22n%22%3A1%7D`,
  );
  const listed = await request(owner, `file-download?continuation_id=${id}`);
  assert.equal(listed.body.files.length, 2);
  for (const { file } of body.results) {
    assert.equal(file.bucket, "generated-files");
    assert.deepEqual(file.metadata, { n: 1 });
  }
});

Deno.test("fields beside the files are ignored; a form without a file is 400", async () => {
  const data = form(["a.txt", text(30)]);
  data.append("note", "a field");
  assert.equal((await send(data)).status, 201);
  const none = new FormData();
  none.append("note", "a field");
  assertProblem(await send(none), 400, "malformed_request");
  assertProblem(await send(new FormData()), 400, "malformed_request");
});

Deno.test("a broken form is 400 and leaves nothing", async () => {
  const actor = await signUp("broken");
  const broken = [
    "",
    "no form at all",
    "--b\r\n",
    "--b--\r\n",
    partOf("a.txt", "cut off"),
    partOf("a.txt", "x".repeat(300_000)),
    partOf("a.txt", "\0\x01".repeat(150_000)),
  ];
  for (const body of broken) {
    assertProblem(await sendRaw(body, actor), 400, "malformed_request");
  }
  const type = "multipart/form-data";
  assertProblem(await upload(actor, "", { type }), 400, "malformed_request");
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("what a form that breaks off has brought before is stored and told", async () => {
  const actor = await signUp("broken");
  const { status, body } = await sendRaw(
    partOf("a.txt", "whole") + partOf("b.txt", "cut off"),
    actor,
  );
  assert.equal(status, 207);
  assert.deepEqual(codes(body.results), ["stored", "malformed_request"]);
  assert.equal((await leftBy(actor)).files, 1);
});

Deno.test("after broken forms the next request is answered", async () => {
  for (let i = 0; i < 5; i++) {
    await sendRaw(partOf("a.txt", "x", "image/png") + partOf("b.txt", "y"));
  }
  assert.equal((await send(form(["a.txt", text(30)]))).status, 201);
});
