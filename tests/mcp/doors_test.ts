/** What goes in through MCP comes out of the functions, and the other way round; for those who may see it alone. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { storedFile } from "../support/stored_files.ts";
import { connect, message, refused, send, use } from "./clients.ts";

const { owner, viewer, stranger } = await cast();
const client = await connect(owner);

const drafts = [
  { role: "system", content: "Be brief.", metadata: { model: "m" } },
  { role: "developer", content: "And kind." },
  { role: "user", content: 'é 😀 \u2028 \\ "quoted"', client_id: "u1" },
  {
    role: "assistant",
    content: null,
    parts: [{
      type: "tool-call",
      toolCallId: "c1",
      input: { b: [1, 2.5, null], a: { "": "" } },
    }],
  },
  {
    role: "tool",
    content: "",
    parts: [{ type: "tool-result", toolCallId: "c1", output: "42" }],
  },
];

/** What both doors show of a message. */
function common(message: Record<string, unknown>) {
  const { seq, position, role, content, client_id, created_at } = message;
  return {
    seq,
    position,
    role,
    content,
    client_id,
    created_at,
    parts: message.parts ?? null,
    metadata: message.metadata ?? {},
    file_ids: message.file_ids ?? [],
  };
}

Deno.test("a conversation written by MCP is the same in conversation-history", async () => {
  const id = fresh("door");
  await use(client, "append", { continuation_id: id, messages: drafts });
  const { body } = await history(owner, id);
  assert.deepEqual(
    body.messages.map(({ role, content, parts }: Record<string, unknown>) => ({
      role,
      content,
      ...(parts !== null && { parts }),
    })),
    drafts.map(({ role, content, parts }) => ({
      role,
      content,
      ...(parts !== undefined && { parts }),
    })),
  );
  const page = await use(client, "read", { continuation_id: id });
  assert.deepEqual(page.messages.map(common), body.messages.map(common));
});

Deno.test("a conversation written by conversation-append is the same in MCP", async () => {
  const id = fresh("door");
  const { id: file } = await storedFile(owner);
  const last = { role: "user", content: "see this", file_ids: [file] };
  await append(owner, id, [...drafts, last]);
  const { body } = await history(owner, id);
  for (const tool of ["read", "context"]) {
    const { messages } = await use(client, tool, { continuation_id: id });
    assert.deepEqual(messages.map(common), body.messages.map(common));
  }
});

Deno.test("numbers that JavaScript cannot hold go in and come out with their digits", async () => {
  const id = fresh("door");
  const parts =
    '[{"big":12345678901234567890,"one":1.0,"exp":1e400,"small":-0.10}]';
  const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
    "name":"append","arguments":{"continuation_id":"${id}",
    "messages":[{"role":"assistant","parts":${parts}}]}}}`;
  assert.equal((await send(owner, call)).body.result.isError, undefined);
  const { text } = await history(owner, id);
  assert.ok(text.includes(parts), text);
  const { text: answer } = await send(
    owner,
    message("tools/call", {
      name: "read",
      arguments: { continuation_id: id },
    }),
  );
  // As structured content, and escaped as text.
  assert.ok(answer.includes(parts), answer);
  assert.ok(answer.includes(JSON.stringify(parts).slice(1, -1)), answer);
});

Deno.test("twenty clients write at once, and none of it is lost", async () => {
  const id = fresh("door");
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => connect(owner)),
  );
  await Promise.all(
    clients.map((client, index) =>
      use(client, "append", {
        continuation_id: id,
        messages: [
          { role: "user", content: `${index} asks` },
          { role: "assistant", content: `${index} answers` },
        ],
        idempotency_key: `${id}-${index}`,
      })
    ),
  );
  const { body } = await history(owner, id, "limit=500");
  const contents = body.messages.map(({ content }: { content: string }) =>
    content
  );
  assert.equal(contents.length, 40);
  for (let index = 0; index < 20; index++) {
    const at = contents.indexOf(`${index} asks`);
    assert.equal(contents[at + 1], `${index} answers`);
  }
});

Deno.test("a stranger's list and search are empty, and what is another's reads as absent", async () => {
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const id = fresh("door");
  const { body: { conversation } } = await append(owner, id, [word]);
  const { id: file } = await storedFile(owner);
  const outside = await connect(stranger);
  assert.deepEqual((await use(outside, "list", {})).conversations, []);
  assert.deepEqual((await use(outside, "search", { query: word })).hits, []);
  assert.deepEqual((await outside.listResources()).resources, []);
  for (const continuation_id of [conversation.id, fresh("absent")]) {
    assert.deepEqual(await use(outside, "read", { continuation_id }), {
      conversation: null,
      messages: [],
      has_more: false,
    });
    assert.equal(
      (await use(outside, "context", { continuation_id })).conversation,
      null,
    );
    assert.match(
      await refused(outside, "fork", { continuation_id }),
      /^Not found/,
    );
    await assert.rejects(
      outside.readResource({
        uri: `continuum://conversation/${continuation_id}`,
      }),
      /Not found/,
    );
  }
  for (const file_id of [file, crypto.randomUUID()]) {
    assert.match(
      await refused(outside, "file_read", { file_id }),
      /^Not found/,
    );
    await assert.rejects(
      outside.readResource({ uri: `continuum://file/${file_id}` }),
      /Not found/,
    );
  }
});

Deno.test("a viewer reads by the conversation's id, and is told to fork in order to write", async () => {
  const { body: { conversation: { id } } } = await append(
    owner,
    fresh("door"),
    ["shared"],
  );
  await share(id, viewer, "viewer");
  const reader = await connect(viewer);
  const page = await use(reader, "read", { continuation_id: id });
  assert.equal(page.messages[0].content, "shared");
  assert.match(
    await refused(reader, "append", {
      continuation_id: id,
      messages: [{ role: "user", content: "mine" }],
    }),
    /Use `fork`/,
  );
});
