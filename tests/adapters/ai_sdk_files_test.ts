/** Files of messages: small ones stay in their message, large ones are files of the conversation. */
import assert from "node:assert/strict";
import type { FileUIPart, UIMessage } from "ai";
import {
  loadMessages,
  openChat,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";
import { png } from "./pictures.ts";

const { client } = await newClient("photographer");

function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${bytes.toBase64()}`;
}

const picture = (bytes: number): FileUIPart => ({
  type: "file",
  mediaType: "image/png",
  filename: "picture.png",
  url: dataUrl("image/png", png(bytes)),
});

const withFiles = (id: string, ...files: FileUIPart[]): UIMessage => ({
  id,
  role: "user",
  parts: [...files, { type: "text", text: "What is this?" }],
});

async function chatOf(...messages: UIMessage[]) {
  const id = fresh("chat");
  await (await openChat(client, id)).save(messages);
  return { id, conversation: client.conversation(id) };
}

Deno.test("a large file is stored once, beside the message, and loads as it was", async () => {
  const message = withFiles("u1", picture(1_000_000), picture(100));
  const { id, conversation } = await chatOf(message);
  assert.deepEqual((await loadMessages(client, id)).messages, [message]);

  const [row] = await conversation.messages().all();
  assert.ok(JSON.stringify(row).length < 2000);
  const files = await conversation.files.list().all();
  assert.deepEqual(
    files.map(({ original_name, size_bytes }) => [original_name, size_bytes]),
    [["picture.png", 1_000_000]],
  );
  assert.deepEqual(row?.file_ids, [files[0]?.id]);

  const { lastSeq } = await loadMessages(client, id);
  const chat = await openChat(client, id);
  await chat.receive({ messages: [message] });
  assert.equal(chat.lastSeq, lastSeq);
});

Deno.test("more than a request holds is stored in files", async () => {
  const message = withFiles("u1", ...[1, 2, 3].map(() => picture(2_000_000)));
  const { id } = await chatOf(message);
  assert.deepEqual((await loadMessages(client, id)).messages, [message]);
});

Deno.test("links to files work for a while, and are no change when they are sent back", async () => {
  const message = withFiles("u1", picture(200_000));
  const { id } = await chatOf(message);
  const page = await loadMessages(client, id, { files: "link" });
  const [file] = page.messages[0]!.parts;
  assert.ok(file?.type === "file");
  const response = await fetch(file.url);
  assert.equal(
    dataUrl("image/png", new Uint8Array(await response.arrayBuffer())),
    (message.parts[0] as FileUIPart).url,
  );

  for (const files of ["link", "data"] as const) {
    const answering = await openChat(client, id, { files });
    await answering.receive({ messages: page.messages });
    assert.equal(answering.lastSeq, 1);
    const [part] = answering.messages[0]!.parts;
    assert.ok(part?.type === "file");
    assert.equal(part.url.startsWith("data:"), files === "data");
  }
  const chat = await openChat(client, id, { files: "link" });
  await chat.receive({
    messages: [...page.messages, {
      id: "u2",
      role: "user",
      parts: [{ type: "text", text: "And?" }],
    }],
  });
  assert.equal(chat.lastSeq, 2);
  const edited = withFiles("u1", file);
  edited.parts.push({ type: "text", text: "Look again." });
  await chat.receive({
    messages: [edited],
    trigger: "submit-message",
    messageId: "u1",
  });
  const { messages } = await loadMessages(client, id);
  assert.deepEqual(messages[0]!.parts[0], message.parts[0]);
  assert.equal(messages.length, 1);
});

Deno.test("what Continuum stores no files of stays in the message, if it fits", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const sound = (size: number): FileUIPart => ({
    type: "file",
    mediaType: "audio/wav",
    url: dataUrl(
      "audio/wav",
      new Uint8Array(size).map((_, n) => bytes[n % 60_000]!),
    ),
  });
  const message = withFiles("u1", sound(100_000));
  const { id } = await chatOf(message);
  assert.deepEqual((await loadMessages(client, id)).messages, [message]);
  await assert.rejects(chatOf(withFiles("u1", sound(5_000_000))), {
    code: "type_mismatch",
  });
});

Deno.test("a URL that is not a data URL in base64 is kept as it is", async () => {
  const urls = [
    "https://example.com/" + "x".repeat(70_000),
    "data:text/plain," + "x".repeat(70_000),
    "data:text/plain;base64," + "eHh4".repeat(20_000) + "eHg",
  ];
  const message = withFiles(
    "u1",
    ...urls.map((url): FileUIPart => ({
      type: "file",
      mediaType: "text/plain",
      url,
    })),
  );
  const { id } = await chatOf(message);
  assert.deepEqual((await loadMessages(client, id)).messages, [message]);
});

Deno.test("a chat whose file was deleted can go on", async () => {
  const { id, conversation } = await chatOf(withFiles("u1", picture(100_000)));
  const [file] = await conversation.files.list().all();
  await client.files.delete(file!.id);
  const { messages } = await loadMessages(client, id);
  assert.deepEqual(messages[0]!.parts[0], {
    type: "text",
    text: "[The file picture.png is gone]",
  });
  const chat = await openChat(client, id);
  await chat.receive({ messages });
  assert.equal(chat.lastSeq, 1);
});

Deno.test("files of steering messages and of reasoning are stored as well", async () => {
  const message: UIMessage = {
    id: "a1",
    role: "assistant",
    parts: [
      {
        type: "reasoning-file",
        mediaType: "image/png",
        url: picture(80_000).url,
      },
      { type: "steering-message", id: "s", parts: [picture(90_000)] },
    ],
  };
  const { id, conversation } = await chatOf(message);
  assert.deepEqual((await loadMessages(client, id)).messages, [message]);
  assert.equal((await conversation.files.list().all()).length, 2);
});
