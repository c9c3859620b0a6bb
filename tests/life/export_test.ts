import assert from "node:assert/strict";
import { type Actor, cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { storedFile } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { whileFourAppend } from "./writers.ts";

const { owner, viewer, stranger, nobody } = await cast();

const exportOf = (actor: Actor, address: string) =>
  request(actor, `conversation-history/${address}/export`);

// deno-lint-ignore no-explicit-any -- lines of many shapes
type Line = any;

/** Every line parsed; each must end in a newline. */
function linesOf(text: string): Line[] {
  assert.ok(text.endsWith("\n"));
  return text.slice(0, -1).split("\n").map((line) => JSON.parse(line));
}

/** Asserts the shape of a whole export, and gives its messages. */
function assertWhole(text: string): Line[] {
  const [first, ...rest] = linesOf(text);
  const end = rest.pop();
  const messages = rest.filter(({ type }) => type === "message");
  const files = rest.slice(messages.length);
  assert.equal(first.type, "conversation");
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    Array.from({ length: first.last_seq }, (_, index) => index + 1),
  );
  assert.ok(files.every(({ type }) => type === "file"));
  assert.deepEqual(end, {
    type: "end",
    messages: messages.length,
    files: files.length,
  });
  return messages;
}

Deno.test("an export is the conversation, its messages and its files as the other routes show them", async () => {
  const file = await storedFile(owner, { name: "ä.txt" });
  const name = fresh("export");
  const stored = await append(owner, name, [
    'line\nbreak \u2028 "quoted" \\ {"type":"end"}',
    { role: "assistant", content: "", parts: [{ type: "tool_use", id: "{{" }] },
    { content: "🦒 ⟦\u0001⟧", file_ids: [file.id], metadata: { a: "\n" } },
  ], { metadata: { deep: [1] } });
  const { status, text, headers } = await exportOf(owner, name);
  assert.equal(status, 200);
  assert.equal(headers.get("Content-Type"), "application/x-ndjson");
  assert.equal(headers.get("Cache-Control"), "no-store");
  const { conversation, messages } = (await history(owner, name)).body;
  assert.deepEqual(messages, stored.body.messages);
  assert.deepEqual(linesOf(text), [
    { type: "conversation", ...conversation },
    ...messages.map((message: Line) => ({ type: "message", ...message })),
    { type: "file", ...file },
    { type: "end", messages: 3, files: 1 },
  ]);
});

Deno.test("every message is exported, whatever the number of pieces", async () => {
  for (const count of [999, 1000, 1001, 2500]) {
    const id = await longConversation(owner, count);
    assert.equal(
      assertWhole((await exportOf(owner, id)).text).length,
      count,
    );
  }
});

Deno.test("messages of the largest size are exported whole", async () => {
  const name = fresh("export");
  const contents = Array.from(
    { length: 6 },
    (_, index) => `${index}` + "\u0007é".repeat(349_525),
  );
  for (const content of contents) {
    assert.equal((await append(owner, name, [content])).status, 201);
  }
  const messages = assertWhole((await exportOf(owner, name)).text);
  assert.ok(
    messages.every(({ content }, index) => content === contents[index]),
  );
});

Deno.test("an export while four append is complete up to the last_seq of its first line", async () => {
  const id = await longConversation(owner, 3000);
  const { result: exports } = await whileFourAppend(
    owner,
    id,
    async () => [await exportOf(owner, id), await exportOf(owner, id)],
  );
  const { body } = await history(owner, id, "after=3000&limit=500");
  for (const { text } of exports) {
    const messages = assertWhole(text);
    assert.ok(messages.length > 3000);
    const appended = messages.slice(3000, 3500)
      .map(({ type: _, ...message }) => message);
    assert.deepEqual(appended, body.messages.slice(0, appended.length));
  }
});

Deno.test("an export that is cut halfway has no end line", async () => {
  const id = await longConversation(owner, 4000, 2000);
  const url = `${target.url}/functions/v1/conversation-history/${id}/export`;
  const killed = new AbortController();
  const response = await fetch(url, {
    headers: owner.headers,
    signal: killed.signal,
  });
  let text = "";
  const decoder = new TextDecoder();
  await assert.rejects(async () => {
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 1_000_000) killed.abort();
    }
  });
  assert.ok(text.length > 1_000_000);
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  const types = linesOf(complete).map(({ type }) => type);
  assert.ok(!types.includes("end"));
  assert.equal((await history(owner, id)).status, 200);
});

Deno.test("an export whose conversation is deleted halfway breaks off and does not end", async () => {
  const id = await longConversation(owner, 6000, 2000);
  const url = `${target.url}/functions/v1/conversation-history/${id}/export`;
  const response = await fetch(url, { headers: owner.headers });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = decoder.decode((await reader.read()).value, { stream: true });
  const deleted = await request(owner, `conversation-history/${id}`, {
    method: "DELETE",
  });
  assert.equal(deleted.status, 200);
  await assert.rejects(async () => {
    for (let done = false; !done;) {
      const next = await reader.read();
      done = next.done;
      text += decoder.decode(next.value, { stream: true });
    }
  });
  assert.ok(!text.includes('"type":"end"'));
});

Deno.test("an empty conversation is exported", async () => {
  const continuation_id = fresh("export");
  await append(owner, continuation_id, []);
  const { text } = await exportOf(owner, continuation_id);
  assert.deepEqual(assertWhole(text), []);
});

Deno.test("a file that a message and the conversation link is in the manifest once, and a deleted one is not", async () => {
  const [kept, deleted] = [await storedFile(owner), await storedFile(owner)];
  const name = fresh("export");
  const file_ids = [kept.id, deleted.id];
  await append(owner, name, [{ content: "x", file_ids }], { file_ids });
  await request(owner, `file-upload/${deleted.id}`, { method: "DELETE" });
  const files = linesOf((await exportOf(owner, name)).text)
    .filter(({ type }) => type === "file");
  assert.deepEqual(files.map(({ id }) => id), [kept.id]);
});

Deno.test("members export what they read; a stranger is told what one who asks for nothing is", async () => {
  const name = fresh("export");
  const { body } = await append(owner, name, ["shared"]);
  const { id } = body.conversation;
  await share(id, viewer, "viewer");
  const [first, message] = linesOf((await exportOf(viewer, id)).text);
  assert.equal(first.access, "viewer");
  assert.equal(message.content, "shared");
  const answers = await Promise.all(
    [id, name, crypto.randomUUID()].map((address) =>
      exportOf(stranger, address)
    ),
  );
  for (const answer of answers) assertProblem(answer, 404, "not_found");
  const bodies = answers.map(({ body: { request_id: _, ...rest } }) => rest);
  assert.deepEqual(bodies[0], bodies[2]);
  assert.deepEqual(bodies[1], bodies[2]);
  assertProblem(await exportOf(nobody, id), 401, "unauthenticated");
});
