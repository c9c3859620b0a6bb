/** The list of threads and attachments, by themselves and under assistant-ui's runtime in React, without a browser. */
import assert from "node:assert/strict";
import {
  type AssistantRuntime,
  type PendingAttachment,
  type ThreadMessage,
  useLocalRuntime,
} from "@assistant-ui/react";
import { AssistantMessageStream } from "assistant-stream";
import {
  attachments,
  threadHistory,
  threadList,
} from "../../client/src/adapters/assistant-ui/index.ts";
import { clientOf, newClient } from "../client/clients.ts";
import { png } from "./pictures.ts";
import { page } from "./assistant_ui_page.ts";
import { counting, opened, textsOf } from "./assistant_ui_runtime.ts";

const message = (text: string): ThreadMessage => ({
  id: "u1",
  role: "user",
  createdAt: new Date(),
  content: [{ type: "text", text }],
  attachments: [],
  metadata: { custom: {} },
});

Deno.test("a thread is created, found, renamed, archived, restored and deleted", async () => {
  const { client } = await newClient("lister");
  const threads = threadList(client);
  const { remoteId, externalId } = await threads.initialize("local-1");
  assert.deepEqual(await threads.initialize("local-1"), {
    remoteId,
    externalId,
  });
  const fetched = await threads.fetch(remoteId);
  assert.deepEqual(await threads.list(), { threads: [fetched] });
  assert.ok(fetched.lastMessageAt instanceof Date);
  assert.deepEqual(
    { ...fetched, lastMessageAt: undefined },
    {
      status: "regular",
      remoteId,
      externalId,
      title: undefined,
      lastMessageAt: undefined,
      custom: undefined,
    },
  );
  await threads.rename(remoteId, "A name");
  assert.equal((await threads.fetch(externalId!)).title, "A name");
  await threads.archive(remoteId);
  assert.equal((await threads.list()).threads[0]?.status, "archived");
  await threads.unarchive(remoteId);
  assert.equal((await threads.list()).threads[0]?.status, "regular");
  await threads.delete(remoteId);
  await threads.delete(remoteId);
  assert.deepEqual(await threads.list(), { threads: [] });
  await assert.rejects(threads.fetch(remoteId), { code: "not_found" });
});

Deno.test("custom metadata is replaced, not merged, and keeps what a merge would lose", async () => {
  const { client } = await newClient("lister");
  const threads = threadList(client, { metadata: { app: "notes" } });
  const custom = async (remoteId: string) =>
    (await threads.fetch(remoteId)).custom;
  const { remoteId } = await threads.initialize("x", {
    custom: { a: 1, b: { c: null, d: [2] } },
  });
  assert.deepEqual(await custom(remoteId), { a: 1, b: { c: null, d: [2] } });
  await threads.updateCustom(remoteId, { b: { e: true } });
  assert.deepEqual(await custom(remoteId), { b: { e: true } });
  await threads.updateCustom(remoteId, undefined);
  assert.equal(await custom(remoteId), undefined);
  assert.equal((await threads.list()).threads.length, 1);
});

Deno.test("a long list has pages, the archived threads after the others; other conversations are not in it", async () => {
  const { client } = await newClient("lister");
  await client.conversation("other").append([]);
  const threads = threadList(client, { prefix: "chat/", limit: 2 });
  const created = [];
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    created.push((await threads.initialize(name)).remoteId);
  }
  const archived = created.slice(0, 3);
  for (const remoteId of archived) await threads.archive(remoteId);
  const found: string[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await threads.list({ after });
    found.push(...page.threads.map(({ remoteId }) => remoteId));
    after = page.nextCursor;
    pages++;
  } while (after !== undefined);
  assert.deepEqual(found.slice(0, 3), created.slice(3).reverse());
  assert.deepEqual(found.slice(3).sort(), archived.sort());
  assert.equal(pages, 3);
});

Deno.test("a title is stored before its stream ends", async () => {
  const { client } = await newClient("lister");
  const streamed = async (threads: typeof byDefault, text: string) => {
    const { remoteId } = await threads.initialize(text);
    const stream = await threads.generateTitle(remoteId, [message(text)]);
    let title: string | undefined;
    for await (
      const { parts } of AssistantMessageStream.fromAssistantStream(stream)
    ) {
      const [part] = parts;
      if (part?.type === "text") title = part.text;
    }
    assert.equal((await threads.fetch(remoteId)).title, title);
    return title;
  };
  const byDefault = threadList(client);
  assert.equal(await streamed(byDefault, "What is  this?"), "What is this?");
  assert.equal(
    await streamed(byDefault, `${"word ".repeat(20)}`),
    `${"word ".repeat(11)}word …`,
  );
  assert.equal(await streamed(byDefault, " "), undefined);
  const own = threadList(client, {
    generateTitle: (messages) => Promise.resolve(`${messages.length} message`),
  });
  assert.equal(await streamed(own, "x"), "1 message");
});

Deno.test("deleting a thread that is shared with you leaves it", async () => {
  const owner = await newClient("owner");
  const guest = await newClient("guest");
  const { remoteId } = await threadList(owner.client).initialize("x");
  await owner.client.conversation(remoteId).members.put(
    guest.user.id,
    "editor",
  );
  await guest.client.conversation(remoteId).accept();
  const threads = threadList(guest.client);
  assert.equal((await threads.list()).threads.length, 1);
  await threads.delete(remoteId);
  assert.equal((await threads.list()).threads.length, 0);
  assert.equal((await threadList(owner.client).list()).threads.length, 1);
});

const picture = () =>
  new File([png(1000)], "picture.png", { type: "image/png" });

/** Goes through the states of an attachment to the last one. */
async function added(
  adapter: ReturnType<typeof attachments>,
  file: File,
): Promise<PendingAttachment> {
  const states = [];
  for await (
    const state of adapter.add({ file }) as AsyncIterable<PendingAttachment>
  ) states.push(state);
  assert.equal(states[0]?.status.type, "running");
  assert.equal(new Set(states.map(({ id }) => id)).size, 1);
  return states.at(-1)!;
}

Deno.test("an attachment is uploaded, sent as a link, and linked anew whenever the thread is loaded", async () => {
  const { client } = await newClient("sender");
  const adapter = attachments(client);
  const file = picture();
  const text = new File(["# Notes"], "notes.md", { type: "" });
  const complete = [];
  for (const one of [file, text]) {
    complete.push(await adapter.send(await added(adapter, one)));
  }
  const { remoteId } = await threadList(client).initialize("x");
  await threadHistory(client, remoteId).append({
    parentId: null,
    message: { ...message("See"), attachments: complete } as ThreadMessage,
  });

  const thread = await opened(threadHistory(client, remoteId));
  const [image, document] = thread.messages[0]!.attachments!;
  assert.equal(image?.type, "image");
  const [content] = image!.content!;
  assert.ok(content?.type === "image");
  const bytes = await (await fetch(content.image)).bytes();
  assert.deepEqual(bytes, await file.bytes());
  const [other] = document!.content!;
  assert.ok(other?.type === "file");
  assert.equal(other.mimeType, "text/markdown");
  assert.equal(await (await fetch(other.data)).text(), "# Notes");

  const [row] = await client.conversation(remoteId).messages().all();
  assert.equal(row?.file_ids.length, 2);
  assert.doesNotMatch(JSON.stringify(row), /token=/);
});

Deno.test("a picture within a message is stored as a file", async () => {
  const { client } = await newClient("sender");
  const { remoteId } = await threadList(client).initialize("x");
  const bytes = png(300_000);
  await threadHistory(client, remoteId).append({
    parentId: null,
    message: {
      ...message("See"),
      content: [{
        type: "image",
        image: `data:image/png;base64,${bytes.toBase64()}`,
      }],
    } as ThreadMessage,
  });
  const { messages } = await threadHistory(client, remoteId).load();
  const [part] = messages[0]!.message.content;
  assert.ok(part?.type === "image");
  assert.deepEqual(await (await fetch(part.image)).bytes(), bytes);
});

Deno.test("a file that is refused says why; one that is removed is deleted, unless it was there before", async () => {
  const { client } = await newClient("sender");
  const adapter = attachments(client);
  const sound = new File([new Uint8Array(500)], "a.wav", {
    type: "audio/wav",
  });
  const refused = await added(adapter, sound);
  assert.ok(refused.status.type === "incomplete");
  assert.match(refused.status.message ?? "", /a\.wav/);
  await assert.rejects(adapter.send(refused), /not been uploaded/);

  const kept = picture();
  await client.files.upload(kept);
  await adapter.remove(await added(adapter, kept));
  await adapter.remove(await added(adapter, picture()));
  assert.equal((await client.files.list().all()).length, 1);
});

Deno.test("a file that is removed while it is uploaded is not stored", async () => {
  const { user } = await newClient("sender");
  const begun = Promise.withResolvers<void>();
  const client = clientOf(user, {
    fetch: (_, init) => {
      begun.resolve();
      return new Promise((_, reject) =>
        init?.signal?.addEventListener(
          "abort",
          () => reject(init.signal?.reason),
        )
      );
    },
  });
  const adapter = attachments(client);
  const states = adapter.add({ file: picture() }) as AsyncGenerator<
    PendingAttachment
  >;
  const first = await states.next();
  await begun.promise;
  await adapter.remove(first.value);
  while (!(await states.next()).done);
  assert.equal((await clientOf(user).files.list().all()).length, 0);
});

Deno.test("under the real runtime: a new thread, its title, and the same on another page", async () => {
  const { client } = await newClient("user");
  const texts = (runtime: AssistantRuntime) =>
    textsOf(runtime.thread.getState().messages);
  const stored = async () =>
    (await client.list().all()).map(({ title, last_seq }) =>
      `${title}: ${last_seq}`
    ).join();

  const model = counting();
  const first = await page(client, () => useLocalRuntime(model));
  first.runtime.thread.append("Hello there");
  await first.until(async () => await stored() === "Hello there: 2");
  await first.runtime.threads.switchToNewThread();
  first.runtime.thread.append("Another one");
  await first.until(async () =>
    await stored() === "Another one: 2,Hello there: 2"
  );
  await first.runtime.threads.mainItem.rename("Renamed");
  assert.equal(await stored(), "Renamed: 2,Hello there: 2");
  first.close();

  const second = await page(client, () => useLocalRuntime(counting()));
  const list = () => second.runtime.threads.getState();
  await second.until(() => list().threadIds.length === 2);
  const items = list().threadIds.map((id) => list().threadItems[id]);
  assert.deepEqual(items.map((item) => item?.title), [
    "Renamed",
    "Hello there",
  ]);
  await second.runtime.threads.switchToThread(items[1]!.id);
  await second.until(() => texts(second.runtime).length === 2);
  assert.deepEqual(texts(second.runtime), ["Hello there", "This is answer 1."]);
  second.runtime.thread.append("And again");
  await second.until(async () =>
    await stored() === "Hello there: 4,Renamed: 2"
  );
  await second.runtime.threads.getItemById(items[0]!.id).archive();
  assert.equal(await stored(), "Hello there: 4");
  await second.until(() => list().archivedThreadIds.length === 1);
  second.close();
});
