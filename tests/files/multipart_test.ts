import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
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

/** A body of parts, each as its headers and content are written here. */
const rawParts = (...parts: [headers: string, content: string][]) =>
  parts.map(([headers, content]) => `--b\r\n${headers}\r\n\r\n${content}\r\n`)
    .join("") + "--b--\r\n";

const FILE = 'Content-Disposition: form-data; name="f"; filename=';

Deno.test("every part that is meant as a file has a result at its place, a broken one too", async () => {
  const good = (name: string): [string, string] => [
    `${FILE}${name}\r\nContent-Type: text/plain`,
    crypto.randomUUID(),
  ];
  const { status, body } = await sendRaw(rawParts(
    good('"first.txt"'),
    good('"a"b".txt"'),
    good("my file.txt"),
    ["no header at all", "x"],
    ["Content-Type: text/plain", "without a disposition"],
    [`${FILE}"x.txt"\r\nX-Long: ${"x".repeat(20_000)}`, "x"],
    good("\"UTF-8''quoted%20star.txt\""),
    [
      "Content-Disposition: form-data; name=f; filename*=\"UTF-8''a%20%E2%82%AC.txt\"",
      crypto.randomUUID(),
    ],
    good('"last.txt"'),
  ));
  assert.equal(status, 207);
  assert.deepEqual(codes(body.results), [
    "stored",
    "stored",
    "stored",
    "malformed_request",
    "malformed_request",
    "malformed_request",
    "stored",
    "stored",
    "stored",
  ]);
  // deno-lint-ignore no-explicit-any -- results of an answer
  const names = body.results.map((r: any) => r.file?.original_name);
  assert.deepEqual(names.filter(Boolean), [
    "first.txt",
    'a"b".txt',
    "my file.txt",
    "UTF-8''quoted%20star.txt",
    "a €.txt",
    "last.txt",
  ]);
});

Deno.test("an input that was left empty is no file, and an empty file with a name is one", async () => {
  const empty: [string, string] = [
    `${FILE}""\r\nContent-Type: application/octet-stream`,
    "",
  ];
  const file: [string, string] = [`${FILE}"a.txt"`, crypto.randomUUID()];
  for (const parts of [[empty, file], [file, empty], [empty, file, empty]]) {
    const { status, body } = await sendRaw(rawParts(...parts));
    assert.equal(status, 201);
    assert.equal(body.results.length, 1);
  }
  assertProblem(await sendRaw(rawParts(empty)), 400, "malformed_request");
  const named = await sendRaw(rawParts([`${FILE}"empty.txt"`, ""]));
  assert.equal(named.status, 201);
  assert.equal(named.body.results[0].file.size_bytes, 0);
});

Deno.test("Content-Transfer-Encoding is decoded, or refused", async () => {
  const content = `größe = 1;\r\n ${crypto.randomUUID()}`;
  const base64 = btoa(
    String.fromCharCode(...new TextEncoder().encode(content)),
  );
  const quoted = Array.from(
    new TextEncoder().encode(content),
    (byte) => `=${byte.toString(16).padStart(2, "0").toUpperCase()}`,
  ).join("").replace(/(.{60})/g, "$1=\r\n");
  const encoded = (encoding: string, content: string): [string, string] => [
    `${FILE}"${encoding}.txt"\r\nContent-Transfer-Encoding: ${encoding}`,
    content,
  ];
  const { body } = await sendRaw(rawParts(
    encoded("base64", base64.replace(/(.{20})/g, "$1\r\n")),
    encoded("quoted-printable", quoted),
    encoded("binary", "as it is"),
    encoded("x-uuencode", "M"),
    encoded("base64", "not base64!"),
    encoded("quoted-printable", "=zz"),
  ));
  assert.deepEqual(codes(body.results), [
    "stored",
    "stored",
    "stored",
    "malformed_request",
    "malformed_request",
    "malformed_request",
  ]);
  for (const { file } of body.results.slice(0, 2)) {
    const { bytes } = await download(owner, file.id);
    assert.equal(new TextDecoder().decode(bytes), content, file.original_name);
  }
});

Deno.test("a part's charset is kept and given back", async () => {
  const { body } = await sendRaw(
    partOf("a.txt", crypto.randomUUID(), "text/plain; charset=iso-8859-1") +
      "--b--\r\n",
  );
  const { file } = body.results[0];
  assert.equal(file.type_parameters, "charset=iso-8859-1");
  assert.equal(
    (await download(owner, file.id)).headers.get("Content-Type"),
    "text/plain; charset=iso-8859-1",
  );
});

Deno.test("bucket, continuation_id and metadata may be fields before the files", async () => {
  const name = fresh("fields");
  const { id } = (await append(owner, name, ["hello"])).body.conversation;
  const data = new FormData();
  data.append("bucket", "generated-files");
  data.append("continuation_id", name);
  data.append("metadata", '{"n":1}');
  data.append("file", new File([text(30)], "a.txt"));
  const { status, body } = await send(data);
  assert.equal(status, 201);
  assert.equal(body.results[0].file.bucket, "generated-files");
  assert.deepEqual(body.results[0].file.metadata, { n: 1 });
  const listed = await request(owner, `file-download?continuation_id=${id}`);
  assert.equal(listed.body.files.length, 1);

  for (const [field, value] of [["bucket", "x"], ["metadata", "[]"]] as const) {
    const wrong = new FormData();
    wrong.append(field, value);
    wrong.append("file", new File([text(30)], "a.txt"));
    assertInvalid(await send(wrong), `/${field}`);
  }
  const late = form(["a.txt", text(30)]);
  late.append("metadata", "{}");
  const answer = await send(late);
  assert.equal(answer.status, 207);
  assert.deepEqual(codes(answer.body.results), ["stored", "validation_failed"]);
});

Deno.test("a field that is given twice is refused, and nothing is stored", async () => {
  const actor = await signUp("twice");
  for (
    const [field, values] of [
      ["bucket", ["user-files", "generated-files"]],
      ["metadata", ['{"n":1}', '{"n":1}']],
    ] as const
  ) {
    const data = new FormData();
    for (const value of values) data.append(field, value);
    data.append("file", new File([text(30)], "a.txt"));
    assertInvalid(await send(data, actor), `/${field}`);
  }
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("a field is decoded as a file is", async () => {
  const { status, body } = await sendRaw(rawParts(
    [
      'Content-Disposition: form-data; name="metadata"\r\nContent-Transfer-Encoding: base64',
      btoa('{"n":1}'),
    ],
    [`${FILE}"a.txt"`, crypto.randomUUID()],
  ));
  assert.equal(status, 201);
  assert.deepEqual(body.results[0].file.metadata, { n: 1 });
});

Deno.test("a form is read the same however its bytes are cut", async () => {
  const content = "line\r\n-- is no boundary\r\n-\r\n--x" + crypto.randomUUID();
  const body = new TextEncoder().encode(
    rawParts([`${FILE}"a.txt"`, content], [`${FILE}"b.txt"`, `${content}b`]),
  ).slice();
  for (const size of [1, 7, 64]) {
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < body.length; at += size) {
          controller.enqueue(body.subarray(at, at + size));
        }
        controller.close();
      },
    });
    const answer = await upload(owner, pieces, {
      type: 'multipart/form-data; boundary="b"',
    });
    const { bytes } = await download(owner, answer.body.results[1].file.id);
    assert.equal(new TextDecoder().decode(bytes), `${content}b`);
  }
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
