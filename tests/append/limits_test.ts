import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import {
  append,
  type Draft,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");
const KIB = 1024;
const MIB = 1024 * KIB;

/** A body of exactly `size` bytes, valid but for its size. */
function bodyOf(size: number): Uint8Array<ArrayBuffer> {
  const messages = Array.from(
    { length: 5 },
    () => ({ role: "user", content: "x" }),
  );
  const body = { continuation_id: fresh("size"), messages };
  for (const message of messages) {
    const room = size - JSON.stringify(body).length;
    message.content = "x".repeat(Math.min(MIB, room + 1));
  }
  return new TextEncoder().encode(JSON.stringify(body));
}

function sendJson(body: BodyInit) {
  return request(owner, "conversation-append", {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json" },
  });
}

Deno.test("a batch has up to 100 messages", async () => {
  const name = fresh("batch");
  const messages = Array.from({ length: 101 }, (_, index) => `${index}`);
  assertInvalid(await append(owner, name, messages), "/messages");
  assert.equal((await history(owner, name)).body.conversation, null);
  const { status, body } = await append(owner, name, messages.slice(1));
  assert.equal(status, 201);
  assert.equal(body.messages.length, 100);
});

Deno.test("content may have 1 MiB of UTF-8 and not a byte more", async () => {
  const name = fresh("content");
  const largest = "é".repeat(MIB / 2);
  assertInvalid(
    await append(owner, name, ["fits", largest + "x"]),
    "/messages/1/content",
  );
  const { status, body } = await append(owner, name, [largest]);
  assert.equal(status, 201);
  assert.ok(body.messages[0].content === largest);
});

Deno.test("a body may have 4 MiB and not a byte more, whether its length is announced or not", async () => {
  assert.equal((await sendJson(bodyOf(4 * MIB))).status, 201);
  const tooLarge = bodyOf(4 * MIB + 1);
  assert.equal(tooLarge.length, 4 * MIB + 1);
  const announced = await sendJson(tooLarge);
  assertProblem(announced, 413, "body_too_large");
  assert.equal(announced.body.max_bytes, 4 * MIB);
  const streamed = await sendJson(new Blob([tooLarge]).stream());
  assertProblem(streamed, 413, "body_too_large");
});

Deno.test("content may be empty only if parts is not", async () => {
  const name = fresh("empty");
  const refused: Draft[] = [
    {},
    { content: null },
    { content: null, parts: [] },
    { content: "" },
    { content: "", parts: [] },
    { content: "", parts: null },
  ];
  for (const draft of refused) {
    assertInvalid(await append(owner, name, [draft]), "/messages/0/content");
  }
  const { status, body } = await append(owner, name, [
    { content: "", parts: [{ type: "image" }] },
  ]);
  assert.equal(status, 201);
  assert.equal(body.messages[0].content, "");
});

Deno.test("a message's fields have the types that the API names", async () => {
  const name = fresh("shape");
  const cases: [Draft, string][] = [
    [{}, "/messages/0/content"],
    [{ content: 1 as unknown as string }, "/messages/0/content"],
    [{ content: "x", parts: ["text"] }, "/messages/0/parts/0"],
    [{ content: "x", parts: {} }, "/messages/0/parts"],
    [{ content: "x", role: "function" }, "/messages/0/role"],
    [{ content: "x", revises: 0 }, "/messages/0/revises"],
    [{ content: "x", created_at: "yesterday" }, "/messages/0/created_at"],
    [{ content: "x", token_count: -1 }, "/messages/0/token_count"],
    [{ content: "x", token_count: 2 ** 31 }, "/messages/0/token_count"],
    [{ content: "x", token_count: 1.5 }, "/messages/0/token_count"],
    [{ content: "x", client_id: "" }, "/messages/0/client_id"],
    [{ content: "x", client_id: "k".repeat(256) }, "/messages/0/client_id"],
    [{ content: "x", metadata: [] }, "/messages/0/metadata"],
    [{ content: "x", file_ids: ["no-uuid"] }, "/messages/0/file_ids/0"],
  ];
  for (const [draft, pointer] of cases) {
    assertInvalid(await append(owner, name, [draft]), pointer);
  }
});

Deno.test("a title has 1 to 200 characters, counted as code points", async () => {
  const title = "😀".repeat(200);
  const name = fresh("title");
  for (const refused of ["", title + "x", "x".repeat(201)]) {
    assertInvalid(
      await append(owner, name, ["x"], { title: refused }),
      "/title",
    );
  }
  const { body } = await append(owner, name, ["x"], { title });
  assert.equal(body.conversation.title, title);
});

Deno.test("metadata has up to 64 KiB of compact JSON, of a conversation and of a message", async () => {
  const largest = {
    note: "é".repeat((64 * KIB - '{"note":""}'.length - 1) / 2) + "x",
  };
  const size = new TextEncoder().encode(JSON.stringify(largest)).length;
  assert.equal(size, 64 * KIB);
  const tooLarge = { note: largest.note + "x" };
  const name = fresh("metadata");
  assertInvalid(
    await append(owner, name, ["x"], { metadata: tooLarge }),
    "/metadata",
  );
  assertInvalid(
    await append(owner, name, [{ content: "x", metadata: tooLarge }]),
    "/messages/0/metadata",
  );
  const { status, body } = await append(
    owner,
    name,
    [{ content: "x", metadata: largest }],
    { metadata: largest },
  );
  assert.equal(status, 201);
  assert.deepEqual(body.conversation.metadata, largest);
  assert.deepEqual(body.messages[0].metadata, largest);
});

Deno.test("metadata of many small values is stored although PostgreSQL writes it longer", async () => {
  const metadata = { list: Array.from({ length: 32_000 }, () => 1) };
  const { status } = await append(owner, fresh("metadata"), ["x"], {
    metadata,
  });
  assert.equal(status, 201);
});

Deno.test("a continuation id has 1 to 255 characters, none of control, and is no dot segment", async () => {
  const refused = [
    "",
    "x".repeat(256),
    "a\tb",
    "a\u007fb",
    "\u0085",
    "a\nb",
    ".",
    "..",
  ];
  for (const name of refused) {
    assertInvalid(await append(owner, name, ["x"]), "/continuation_id");
  }
  const accepted = [
    "😀".repeat(255),
    "...",
    "a/b",
    "a b",
    "%2e%2e",
    "\u2028",
    "?#&",
    "-",
  ];
  for (const name of accepted) {
    assert.equal((await append(owner, name, ["x"])).status, 201, name);
    const page = await history(owner, name);
    assert.equal(page.body.conversation?.continuation_id, name);
  }
});

Deno.test("unknown fields are refused, each by its pointer", async () => {
  const name = fresh("unknown");
  assertInvalid(await append(owner, name, ["x"], { titel: "x" }), "/titel");
  assertInvalid(
    await append(owner, name, ["x", { content: "x", "a/b": 1, seq: 4 }]),
    "/messages/1/a~1b",
    "/messages/1/seq",
  );
  assert.equal((await history(owner, name)).body.conversation, null);
});

Deno.test("a client_id stands once in a batch", async () => {
  const answer = await append(owner, fresh("twice"), [
    { content: "a", client_id: "same" },
    { content: "b", client_id: "same" },
  ]);
  assertInvalid(answer, "/messages/1/client_id");
});
