/** What search looks in: titles, content and the text in parts of live messages. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { invite, share } from "../support/sharing.ts";
import { type Hit, hitsIn, search } from "./searching.ts";

const { owner, viewer, stranger } = await cast();

const newWord = () => `w${crypto.randomUUID().replaceAll("-", "")}`;

const parts: Record<string, (word: string) => unknown> = {
  "a text part": (word) => ({ type: "text", text: `the ${word} needle` }),
  "OpenAI's input": (word) => ({ type: "input_text", text: word }),
  "OpenAI's output": (word) => ({
    type: "message",
    content: [{ type: "output_text", text: word, annotations: [] }],
  }),
  "Anthropic's thinking": (word) => ({
    type: "thinking",
    thinking: word,
    signature: "c2lnbmF0dXJl",
  }),
  "a summary of reasoning": (word) => ({
    type: "reasoning",
    summary: [{ type: "summary_text", text: word }],
  }),
  "a tool's input": (word) => ({
    type: "tool_use",
    id: "toolu_1",
    name: "write_file",
    input: { path: `src/${word}.ts` },
  }),
  "arguments as JSON": (word) => ({
    type: "function_call",
    call_id: "call_1",
    arguments: JSON.stringify({ path: word }),
  }),
  "a tool's result": (word) => ({
    type: "tool_result",
    tool_use_id: "toolu_1",
    content: [{ type: "text", text: word }],
  }),
  "a tool's result as a string": (word) => ({
    type: "function_call_output",
    call_id: "call_1",
    output: `stdout: ${word}`,
  }),
  "a tool's structured result": (word) => ({
    functionResponse: { name: "f", response: { rows: [{ city: word }] } },
  }),
  "strings in a list": (word) => ({ type: "list", items: ["x", word] }),
  "a text that begins as a data URL does": (word) => ({
    type: "text",
    text: `data: {"id":"${word}"}`,
  }),
  "an image that a tool is to run": (word) => ({
    type: "tool_use",
    id: "toolu_1",
    name: "docker_run",
    input: { image: `${word}:17` },
  }),
  "a format, a status and a state that a tool is given": (word) => ({
    functionCall: {
      name: "find",
      args: { format: word, status: word, state: word, data: word },
    },
  }),
  "a status that a tool gives back": (word) => ({
    type: "tool-find",
    toolCallId: "call_1",
    state: "output-available",
    output: { status: word },
  }),
  "a link": (word) => ({
    type: "url_citation",
    url: `https://example.com/${word}`,
  }),
};
for (const [what, part] of Object.entries(parts)) {
  Deno.test(`search finds ${what} beside empty content`, async () => {
    const word = newWord();
    const { body } = await append(owner, fresh("parts"), [
      { role: "user", content: "", parts: [part(word)] },
    ]);
    const { body: { hits } } = await search(owner, word);
    assert.equal(hits.length, 1);
    assert.equal(hits[0].conversation.id, body.conversation.id);
    assert.match(hits[0].snippet, new RegExp(`⟦${word}⟧`));
  });
}

const unseen: Record<string, (word: string) => unknown> = {
  "an id": (word) => ({ type: "tool_use", id: word, name: "f", input: {} }),
  "a call's id": (word) => ({ type: "tool_result", tool_use_id: word }),
  "a call's id in camelCase": (word) => ({ toolCallId: word }),
  "a type": (word) => ({ type: word }),
  "a signature": (word) => ({ type: "thinking", signature: word }),
  "encrypted content": (word) => ({
    type: "reasoning",
    encrypted_content: word,
  }),
  "redacted thinking": (word) => ({ type: "redacted_thinking", data: word }),
  "bytes": (word) => ({
    type: "image",
    source: { type: "base64", media_type: "image/png", data: word },
  }),
  "a data URL": (word) => ({
    type: "image_url",
    image_url: { url: `data:image/png;base64,${word}` },
  }),
  "an id in what a tool is given": (word) => ({
    type: "tool_use",
    id: "toolu_1",
    name: "f",
    input: { id: word, user_id: word, itemId: word, type: word },
  }),
  "a long run of base64": (word) => ({ blobby: word + "A".repeat(300) }),
};
for (const [what, part] of Object.entries(unseen)) {
  Deno.test(`search does not look into ${what}`, async () => {
    const word = newWord();
    const beside = newWord();
    await append(owner, fresh("unseen"), [
      { role: "assistant", content: beside, parts: [part(word)] },
    ]);
    assert.deepEqual((await search(owner, word)).body.hits, []);
    assert.equal((await search(owner, beside)).body.hits.length, 1);
  });
}

Deno.test("search finds a conversation by its title, whose hit has no message", async () => {
  const word = newWord();
  const { body } = await append(owner, fresh("title"), ["nothing"], {
    title: `Quarterly ${word} report`,
  });
  const { id } = body.conversation;
  const { body: { hits } } = await search(owner, word);
  assert.equal(hits.length, 1);
  assert.equal(hits[0].conversation.id, id);
  assert.equal(hits[0].message, null);
  assert.equal(hits[0].snippet, `Quarterly ⟦${word}⟧ report`);

  const [before, after] = [word, newWord()];
  await request(owner, `conversation-history/${id}`, {
    method: "PATCH",
    json: { title: after },
  });
  assert.deepEqual((await search(owner, before)).body.hits, []);
  assert.equal((await search(owner, after)).body.hits.length, 1);
});

Deno.test("titles and messages are one list, page by page", async () => {
  const word = newWord();
  for (let count = 0; count < 3; count++) {
    await append(owner, fresh("both"), [word, word], { title: word });
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { body }: { body: { hits: Hit[]; next_cursor: string | null } } =
      await search(owner, word, { limit: "2", ...(cursor ? { cursor } : {}) });
    for (const { conversation, message } of body.hits) {
      seen.push(`${conversation.id} ${message?.seq}`);
    }
    cursor = body.next_cursor;
  } while (cursor !== null);
  assert.equal(seen.length, 9);
  assert.equal(new Set(seen).size, 9);
});

Deno.test("a default title is found by nothing", async () => {
  const word = newWord();
  const { body } = await append(owner, `${word.slice(0, 8)} x`, ["nothing"]);
  assert.deepEqual(
    await hitsIn(owner, body.conversation.id, "conversation"),
    [],
  );
});

Deno.test("a share is in its user's search once accepted, by title too", async () => {
  const word = newWord();
  const { body } = await append(owner, fresh("share"), [word], { title: word });
  const { id } = body.conversation;
  await invite(id, viewer, "viewer");
  assert.deepEqual((await search(viewer, word)).body.hits, []);
  const path = `conversation-history/${id}/members/me`;
  await request(viewer, path, { method: "PUT" });
  assert.equal((await search(viewer, word)).body.hits.length, 2);
  await request(viewer, path, { method: "DELETE" });
  assert.deepEqual((await search(viewer, word)).body.hits, []);
  await share(id, stranger, "viewer", "declined");
  assert.deepEqual((await search(stranger, word)).body.hits, []);
});

Deno.test("an erased message is not found", async () => {
  const [word, kept] = [newWord(), newWord()];
  const { body } = await append(owner, fresh("erase"), [word, kept]);
  const { id } = body.conversation;
  const path = `conversation-history/${id}/messages/1`;
  assert.ok((await request(owner, path, { method: "DELETE" })).status < 300);
  assert.deepEqual((await search(owner, word)).body.hits, []);
  assert.deepEqual(await hitsIn(owner, id, kept), [2]);
});

Deno.test("what was rewound or revised is not found, and is once more when its line is live", async () => {
  const [first, left, revised] = [newWord(), newWord(), newWord()];
  const { body } = await append(owner, fresh("line"), [first, left]);
  const { id } = body.conversation;
  await append(owner, id, ["anew"], { after_position: 1 });
  assert.deepEqual((await search(owner, left)).body.hits, []);
  await append(owner, id, [{ role: "user", content: revised, revises: 1 }]);
  assert.deepEqual((await search(owner, first)).body.hits, []);
  assert.deepEqual(await hitsIn(owner, id, revised), [4]);
  await request(owner, `conversation-history/${id}`, {
    method: "PATCH",
    json: { head_position: 2 },
  });
  assert.deepEqual(await hitsIn(owner, id, left), [2]);
});

Deno.test("a fork is found as a conversation of its own", async () => {
  const word = newWord();
  const { body } = await append(owner, fresh("fork"), [word]);
  await share(body.conversation.id, viewer, "viewer");
  const { body: fork } = await request(
    viewer,
    `conversation-history/${body.conversation.id}/fork`,
    { json: {} },
  );
  assert.deepEqual(await hitsIn(viewer, fork.id, word), [1]);
  assert.deepEqual(await hitsIn(owner, body.conversation.id, word), [1]);
  assert.deepEqual(await hitsIn(owner, fork.id, word), []);
});

Deno.test("no text stands for an owner or a conversation", async () => {
  const word = newWord();
  const { body } = await append(owner, fresh("scope"), [word]);
  await append(stranger, fresh("scope"), [
    `owner:${owner.id} conversation:${body.conversation.id} ${word}x`,
  ]);
  for (const q of [`owner:${owner.id}`, body.conversation.id]) {
    assert.deepEqual(await hitsIn(owner, body.conversation.id, q), []);
  }
  assert.equal((await search(owner, `${word}x`)).body.hits.length, 0);
});

Deno.test("the function itself refuses a query that is too long", async () => {
  for (const q of ["x".repeat(501), "", null]) {
    const { data, error } = await owner.supabase
      .rpc("search_messages", { q, max_hits: 20 });
    assert.equal(data, null);
    assert.equal(error?.message, "validation_failed");
    assert.match(error?.details ?? "", /"\/q"/);
  }
});
