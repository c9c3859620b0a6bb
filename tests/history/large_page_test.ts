/** Pages of megabytes, which the function passes on without parsing them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";

const owner = await signUp("owner");
const name = fresh("large");

/** Everything that JSON escapes, and text that looks like the structure around it. */
const LINE =
  'a "quote", a \\ and a \\", tab\t, \u0001\u001f, é ✓ 𝄞 }],"has_more":true} {"id":"x","seq":1,"position":1,\n';

const contents = Array.from(
  { length: 30 },
  (_, number) => `${number} ${LINE.repeat(1500)}`,
);
const parts = [{ type: "text", text: LINE, id: "p", seq: 5, position: 5 }];

for (let sent = 0; sent < contents.length; sent += 10) {
  const batch = contents.slice(sent, sent + 10);
  const { status } = await append(
    owner,
    name,
    batch.map((content) => ({ content, parts })),
  );
  assert.equal(status, 201);
}

Deno.test("pages of megabytes hold every character, and their links lead through the conversation", async () => {
  const read: string[] = [];
  let query: string | null = "limit=100";
  while (query !== null) {
    const page = await history(owner, name, query);
    assert.equal(page.status, 200);
    for (const message of page.body.messages.toReversed()) {
      assert.deepEqual(message.parts, parts);
      read.unshift(message.content);
    }
    const [, link] =
      /<\?([^>]*)>; rel="prev"/.exec(page.headers.get("Link") ?? "") ?? [];
    assert.equal(link !== undefined, page.body.has_more);
    query = link ?? null;
  }
  assert.deepEqual(read, contents);
});

Deno.test("a page of megabytes has its length and the tag of its bytes, and so has HEAD", async () => {
  const path = `conversation-history/${name}`;
  const page = await request(owner, path);
  const bytes = new TextEncoder().encode(page.text);
  assert.ok(bytes.byteLength > 3_000_000, `${bytes.byteLength} bytes`);
  assert.equal(page.headers.get("Content-Length"), String(bytes.byteLength));
  const digest = createHash("sha256").update(bytes).digest("base64url");
  const tag = page.headers.get("ETag") ?? "";
  assert.ok(tag.startsWith('"') && tag.endsWith(`.${digest}"`), tag);

  const head = await request(owner, path, { method: "HEAD" });
  for (const header of ["Content-Length", "ETag", "Link"]) {
    assert.equal(head.headers.get(header), page.headers.get(header), header);
  }
  const headers = { "If-None-Match": tag };
  assert.equal((await request(owner, path, { headers })).status, 304);
});

Deno.test("a context of megabytes holds every character too", async () => {
  const path = `conversation-history/${name}/context?max_tokens=1000000000`;
  const { body } = await request(owner, path);
  const read = body.messages.map((m: { content: string }) => m.content);
  assert.deepEqual(read, contents.slice(-read.length));
  assert.ok(read.length > 10, `${read.length} messages`);
});
