/** Resources, the prompt and completion, by the official client. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { storedFile } from "../support/stored_files.ts";
import { connect, use } from "./clients.ts";

const owner = await signUp("owner");
const client = await connect(owner);

/** The only content of a resource. */
async function contentOf(uri: string) {
  const { contents } = await client.readResource({ uri });
  assert.equal(contents.length, 1);
  assert.equal(contents[0]?.uri, uri);
  return contents[0];
}

function textIn(content: Awaited<ReturnType<typeof contentOf>>): string {
  assert.ok(content && "text" in content);
  return content.text;
}

Deno.test("recent conversations and files are listed as resources that can be read", async () => {
  const id = fresh("resource");
  await append(owner, id, ["hello"]);
  const { id: fileId } = await storedFile(owner, { name: "notes.md" });
  const { resources } = await client.listResources();
  const conversation = resources.find(({ name }) =>
    name === `Conversation ${[...id].slice(0, 8).join("")}`
  );
  assert.ok(conversation);
  const page = JSON.parse(textIn(await contentOf(conversation.uri)));
  assert.equal(page.conversation.continuation_id, id);
  assert.equal(page.messages[0].content, "hello");
  const file = resources.find(({ uri }) =>
    uri === `continuum://file/${fileId}`
  );
  assert.equal(file?.name, "notes.md");
});

Deno.test("a conversation is a resource under its name, whatever characters it has", async () => {
  const id = fresh("a/b ü?#%");
  await append(owner, id, ["hello"]);
  const uri = `continuum://conversation/${encodeURIComponent(id)}`;
  const page = JSON.parse(textIn(await contentOf(uri)));
  assert.equal(page.conversation.continuation_id, id);
});

Deno.test("a text file is a resource with text, and a binary one with its bytes", async () => {
  const text = await storedFile(owner, { content: "häß", name: "a.txt" });
  assert.equal(textIn(await contentOf(`continuum://file/${text.id}`)), "häß");
  const pdf = new TextEncoder().encode(`%PDF-1.7\n${crypto.randomUUID()}`);
  const binary = await storedFile(owner, {
    content: pdf,
    name: "a.pdf",
    type: "application/pdf",
  });
  const got = await contentOf(`continuum://file/${binary.id}`);
  assert.ok(got && "blob" in got);
  assert.equal(got.mimeType, "application/pdf");
  assert.equal(got.blob, btoa(String.fromCharCode(...pdf)));
});

Deno.test("what is no resource, or does not exist, is not found", async () => {
  for (
    const uri of [
      "continuum://conversation/absent",
      "continuum://conversation/%E0%A4%A",
      "continuum://conversation/%00",
      "continuum://conversation/",
      `continuum://file/${crypto.randomUUID()}`,
      "continuum://file/notes.md",
      "file:///etc/passwd",
    ]
  ) {
    await assert.rejects(client.readResource({ uri }), /Not found/, uri);
  }
});

Deno.test("templates are listed", async () => {
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.deepEqual(
    resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    ["continuum://conversation/{id}", "continuum://file/{id}"],
  );
});

Deno.test("the prompt gives a model the newest messages and where to store its own", async () => {
  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts.map(({ name }) => name), ["continue"]);

  const id = fresh("prompt");
  await append(owner, id, [
    { role: "system", content: "Be brief." },
    { role: "user", content: "What is 6 × 7?" },
    { role: "assistant", content: null, parts: [{ type: "call", id: "c1" }] },
    { role: "assistant", content: "42" },
  ]);
  const { messages } = await client.getPrompt({
    name: "continue",
    arguments: { continuation_id: id },
  });
  const [message] = messages;
  assert.ok(message?.content.type === "text");
  const { text } = message.content;
  for (
    const part of [
      id,
      "[system]\nBe brief.",
      "[user]\nWhat is 6 × 7?",
      '[assistant]\n[{"type":"call","id":"c1"}]',
      "[assistant]\n42",
    ]
  ) assert.ok(text.includes(part), text);

  const { messages: [short] } = await client.getPrompt({
    name: "continue",
    arguments: { continuation_id: id, max_tokens: "5" },
  });
  assert.ok(short?.content.type === "text");
  assert.match(short.content.text, /with before \d+ for older/);
});

Deno.test("the prompt says what is wrong with its arguments", async () => {
  const refused = (args: Record<string, string>, message: RegExp) =>
    assert.rejects(
      client.getPrompt({ name: "continue", arguments: args }),
      message,
    );
  await refused({}, /\/continuation_id/);
  await refused({ continuation_id: "x", max_tokens: "many" }, /whole number/);
  await refused({ continuation_id: fresh("absent") }, /Not found/);
});

Deno.test("names of conversations are completed", async () => {
  const prefix = fresh("complete");
  await use(client, "append", {
    continuation_id: `${prefix}-b`,
    messages: [{ role: "user", content: "x" }],
  });
  for (
    const [ref, name] of [
      [{ type: "ref/prompt", name: "continue" }, "continuation_id"],
      [{ type: "ref/resource", uri: "continuum://conversation/{id}" }, "id"],
    ] as const
  ) {
    const { completion } = await client.complete({
      ref,
      argument: { name, value: prefix },
    });
    assert.deepEqual(completion.values, [`${prefix}-b`]);
  }
  const { completion: none } = await client.complete({
    ref: { type: "ref/prompt", name: "continue" },
    argument: { name: "max_tokens", value: "1" },
  });
  assert.deepEqual(none.values, []);
});
