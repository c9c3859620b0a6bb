import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { nobody, signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { reserve, storedFile, unique } from "../support/stored_files.ts";

const owner = await signUp("owner");
const content = unique("0123456789");
const size = content.length;
const file = await storedFile(owner, { content, name: "notes.txt" });

const whole = await request(owner, `file-download/${file.id}`);

Deno.test("a download is the bytes, with the headers that describe them", () => {
  const digest = createHash("sha256").update(content).digest();
  assert.equal(whole.status, 200);
  assert.equal(whole.text, content);
  assert.deepEqual(
    Object.fromEntries(
      [
        "Content-Type",
        "Content-Length",
        "Accept-Ranges",
        "ETag",
        "Repr-Digest",
        "Content-Disposition",
        "Cache-Control",
        "X-Content-Type-Options",
        "Content-Security-Policy",
      ].map((name) => [name, whole.headers.get(name)]),
    ),
    {
      "Content-Type": "text/plain",
      "Content-Length": String(size),
      "Accept-Ranges": "bytes",
      "ETag": `"${digest.toString("hex")}"`,
      "Repr-Digest": `sha-256=:${digest.toString("base64")}:`,
      "Content-Disposition":
        `inline; filename="notes.txt"; filename*=UTF-8''notes.txt`,
      "Cache-Control": "private, no-cache, no-transform",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": "default-src 'none'; sandbox",
    },
  );
  const modified = whole.headers.get("Last-Modified") ?? "";
  assert.ok(
    Math.abs(Date.parse(modified) - Date.parse(file.created_at)) < 1000,
  );
});

Deno.test("HEAD has the headers of GET and no body", async () => {
  const answer = await request(owner, `file-download/${file.id}`, {
    method: "HEAD",
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "");
  for (
    const name of [
      "Content-Type",
      "Content-Length",
      "Content-Disposition",
      "Accept-Ranges",
      "ETag",
      "Last-Modified",
      "Repr-Digest",
    ]
  ) {
    assert.equal(answer.headers.get(name), whole.headers.get(name), name);
  }
});

Deno.test("HEAD of what is not there is 404", async () => {
  const answer = await request(
    owner,
    `file-download/${crypto.randomUUID()}`,
    { method: "HEAD" },
  );
  assert.equal(answer.status, 404);
});

Deno.test("the parameters of the declared type come back with it", async () => {
  const { id } = await storedFile(owner, { type: "Text/Plain;charset=UTF-8" });
  const answer = await request(owner, `file-download/${id}`);
  assert.equal(
    answer.headers.get("Content-Type"),
    "text/plain; charset=UTF-8",
  );
});

for (
  const [type, body, kind] of [
    ["text/html", "<!doctype html><script>alert(1)</script>", "attachment"],
    [
      "image/svg+xml",
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      "attachment",
    ],
    ["text/javascript", "alert(1)", "attachment"],
    ["text/css", "a{}", "attachment"],
    ["text/markdown", "# a", "inline"],
    ["application/pdf", "%PDF-1.7\n", "inline"],
  ] as const
) {
  Deno.test(`${type} is ${kind === "inline" ? "shown" : "downloaded, never shown"}`, async () => {
    const { id } = await storedFile(owner, { type, content: body });
    const answer = await request(owner, `file-download/${id}`);
    assert.equal(answer.text, body);
    assert.equal(answer.headers.get("Content-Type"), type);
    assert.equal(answer.headers.get("X-Content-Type-Options"), "nosniff");
    assert.match(
      answer.headers.get("Content-Disposition") ?? "",
      new RegExp(`^${kind}; `),
    );
  });
}

Deno.test("a name in any language comes back whole, and in ASCII for old clients", async () => {
  const name = `Größe "1" 你好 100% it's (2).txt`;
  const { id } = await storedFile(owner, { name });
  const header = (await request(owner, `file-download/${id}`)).headers.get(
    "Content-Disposition",
  ) ?? "";
  assert.match(
    header,
    /^inline; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.%~!-]+$/,
  );
  assert.equal(decodeURIComponent(header.split("UTF-8''")[1] ?? ""), name);
});

Deno.test("an empty file is 200 with no bytes, and no range of it can be had", async () => {
  const { id } = await storedFile(owner, { content: "" });
  const answer = await request(owner, `file-download/${id}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "");
  assert.equal(answer.headers.get("Content-Length"), "0");
  const part = await request(owner, `file-download/${id}`, {
    headers: { Range: "bytes=0-" },
  });
  assertProblem(part, 416, "range_not_satisfiable");
});

Deno.test("a big file comes back byte for byte", async () => {
  const bytes = new Uint8Array(5_000_000);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 32 + i * 7 % 90;
  const { id, sha256 } = await storedFile(owner, { content: bytes });
  const { text } = await request(owner, `file-download/${id}`);
  assert.equal(createHash("sha256").update(text).digest("hex"), sha256);
});

Deno.test("a file that is not ready has no bytes yet: 404", async () => {
  const { id } = (await reserve(owner)).body.file;
  assertProblem(await request(owner, `file-download/${id}`), 404, "not_found");
});

Deno.test("without a token 401, and an id that is none 422", async () => {
  const answer = await request(nobody(), `file-download/${file.id}`);
  assertProblem(answer, 401, "unauthenticated");
  const wrong = await request(owner, "file-download/not-an-id");
  assertProblem(wrong, 422, "validation_failed");
});
