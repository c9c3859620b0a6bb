import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { download, leftBy, nothing, PNG, text, upload } from "./uploading.ts";

const owner = await signUp("types");

const encoder = new TextEncoder();
const ELF = new Uint8Array([
  ...[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0],
  ...new Array(56).fill(0),
]);
/** An empty archive, and one with an entry. */
const ZIP = new Uint8Array([0x50, 0x4b, 0x05, 0x06, ...new Array(18).fill(0)]);
const ZIP_ENTRY = new Uint8Array([
  ...[0x50, 0x4b, 0x03, 0x04, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x61, 0x62],
]);
const HTML = encoder.encode(
  "<!doctype html><html><body><script>alert(1)</script></body></html>",
);
const SVG = encoder.encode(
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);

async function assertServedInert(id: string, type: string): Promise<void> {
  const { status, headers } = await download(owner, id);
  assert.equal(status, 200);
  assert.equal(headers.get("Content-Type"), type);
  assert.match(headers.get("Content-Disposition") ?? "", /^attachment;/);
  assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  assert.match(headers.get("Content-Security-Policy") ?? "", /sandbox/);
}

const neither: [string, Uint8Array<ArrayBuffer>, string][] = [
  ["an ELF program", ELF, "image/png"],
  ["an ELF program", ELF, "text/plain"],
  ["a zip archive", ZIP, "image/jpeg"],
  ["a zip archive", ZIP, "application/octet-stream"],
  ["a zip archive with an entry", ZIP_ENTRY, "text/plain"],
  ["a zip archive", ZIP, "application/pdf"],
  ["a zip archive", ZIP, "application/zip"],
  ["a PNG's first 4 bytes", PNG.slice(0, 4), "image/png"],
  [
    "a program with an SVG inside",
    new Uint8Array([...ELF, ...SVG]),
    "image/svg+xml",
  ],
];

for (const [what, bytes, type] of neither) {
  Deno.test(`${what} declared as ${type} is 415 type_mismatch and leaves nothing`, async () => {
    const actor = await signUp("contradiction");
    const headers = { "X-File-Name": "odd.bin" };
    const answer = await upload(actor, bytes, { type, headers });
    assertProblem(answer, 415, "type_mismatch");
    assert.equal(answer.body.file, "odd.bin");
    assert.equal(answer.body.declared, type);
    assert.ok("found" in answer.body);
    assert.deepEqual(await leftBy(actor), nothing);
  });
}

const decided: [string, Uint8Array<ArrayBuffer>, string, string][] = [
  ["HTML", HTML, "image/png", "text/html"],
  ["HTML", HTML, "application/pdf", "text/html"],
  ["an SVG", SVG, "image/png", "image/svg+xml"],
  ["a PNG", PNG, "image/jpeg", "image/png"],
  ["a PNG", PNG, "image/svg+xml", "image/png"],
  ["a PNG", PNG, "text/plain;charset=UTF-8", "image/png"],
  ["a PNG", PNG, "application/octet-stream", "image/png"],
  ["text", text(200), "image/gif", "text/plain"],
  ["text", text(200), "video/mp2t", "text/plain"],
];

for (const [what, bytes, declared, type] of decided) {
  Deno.test(`the content decides: ${what} declared as ${declared} is stored as ${type}`, async () => {
    const actor = await signUp("decided");
    const name = what === "HTML" ? "page.html" : "file";
    const headers = { "X-File-Name": name };
    const { status, body } = await upload(actor, bytes, {
      type: declared,
      headers,
    });
    assert.equal(status, 201);
    assert.equal(body.file.mime_type, type);
    assert.equal(body.file.declared_type, declared);
    const down = await download(actor, body.file.id);
    assert.deepEqual(down.bytes, bytes);
    assert.equal(down.headers.get("Content-Type"), type);
  });
}

Deno.test("a text may begin with the letters of a binary format", async () => {
  for (const letters of ["BMI of", "MZ, the", "ID3 and", "solid state"]) {
    const prose = `${letters} ${crypto.randomUUID()}\n`.repeat(20);
    assert.equal((await upload(owner, prose)).status, 201, letters);
  }
});

Deno.test("NUL in text is 415 type_mismatch", async () => {
  const answer = await upload(owner, "one\0two");
  assertProblem(answer, 415, "type_mismatch");
});

Deno.test("UTF-16 text with a byte order mark is text, in either order", async () => {
  for (const bigEndian of [false, true]) {
    const string = "\ufeffcrème brûlée 日本 " + crypto.randomUUID();
    const bytes = new Uint8Array(string.length * 2);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < string.length; i++) {
      view.setUint16(i * 2, string.charCodeAt(i), !bigEndian);
    }
    const type = "text/plain; charset=utf-16";
    const { status, body } = await upload(owner, bytes, { type });
    assert.equal(status, 201);
    const down = await download(owner, body.file.id);
    assert.deepEqual(down.bytes, bytes);
    assert.equal(down.headers.get("Content-Type"), type);
  }
});

Deno.test("a PNG is a PNG, by any of its names", async () => {
  for (const type of ["image/png", "image/x-png", "IMAGE/PNG"]) {
    const actor = await signUp("png");
    const { status, body } = await upload(actor, PNG, { type });
    assert.equal(status, 201, type);
    assert.equal(body.file.mime_type, type.toLowerCase());
    assert.deepEqual((await download(actor, body.file.id)).bytes, PNG);
  }
});

Deno.test("text/html stays text/html in the row and runs nowhere", async () => {
  const { body } = await upload(owner, HTML, { type: "text/html" });
  assert.equal(body.file.mime_type, "text/html");
  await assertServedInert(body.file.id, "text/html");
});

Deno.test("an SVG stays an SVG in the row and runs nowhere", async () => {
  const { body } = await upload(owner, SVG, { type: "image/svg+xml" });
  assert.equal(body.file.mime_type, "image/svg+xml");
  await assertServedInert(body.file.id, "image/svg+xml");
});

Deno.test("HTML and SVG declared as text/plain are plain text, unsniffed", async () => {
  for (
    const [source, mark] of [[HTML, "<!-- a -->"], [SVG, "<!-- b -->"]] as const
  ) {
    const bytes = new Uint8Array([...source, ...encoder.encode(mark)]);
    const { status, body } = await upload(owner, bytes);
    assert.equal(status, 201);
    const { headers } = await download(owner, body.file.id);
    assert.equal(headers.get("Content-Type"), "text/plain");
    assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  }
});

Deno.test("a malformed Content-Type, or none, declares nothing: the content decides", async () => {
  for (const type of ["text", "text/", "/plain", "te xt/plain", "*/*"]) {
    const { status, body } = await upload(owner, text(40), { type });
    assert.equal(status, 201, type);
    assert.equal(body.file.mime_type, "text/plain");
    assert.equal(body.file.declared_type, type);
  }
  const none = await request(owner, "file-upload?", {
    method: "POST",
    headers: { "X-File-Name": "a.md" },
    body: text(40),
  });
  assert.equal(none.status, 201);
  assert.equal(none.body.file.mime_type, "text/markdown");
  assert.equal(none.body.file.declared_type, null);
});

for (
  const parameters of [
    "x, text/html",
    // Browsers take the last of two types.
    "charset=utf-8, text/html",
    "charset=utf-8;,text/html",
  ]
) {
  Deno.test(`parameters add no second type to a download: ${parameters}`, async () => {
    const type = `text/plain; ${parameters}`;
    const { body } = await upload(owner, text(30), { type });
    const { status, headers } = await download(owner, body.file.id);
    assert.equal(status, 200);
    assert.equal(headers.get("Content-Type"), "text/plain");
  });
}
