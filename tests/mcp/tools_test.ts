/** Every tool, by the official client. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";
import { storedFile } from "../support/stored_files.ts";
import { connect, refused, use } from "./clients.ts";

const owner = await signUp("owner");
const client = await connect(owner);

/** A conversation with messages 1 to `count`. */
async function conversation(count: number): Promise<string> {
  const id = fresh("mcp");
  await append(
    owner,
    id,
    Array.from({ length: count }, (_, index) => `message ${index + 1}`),
  );
  return id;
}

Deno.test("tools are listed with titles, schemas and annotations, and say when to use them", async () => {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), [
    "append",
    "context",
    "read",
    "search",
    "list",
    "fork",
    "file_read",
    "file_write",
  ]);
  for (const { title, description, outputSchema, annotations } of tools) {
    assert.ok(title);
    assert.match(description ?? "", /Use it/);
    assert.equal(outputSchema?.type, "object");
    assert.equal(annotations?.destructiveHint, false);
    assert.equal(annotations?.openWorldHint, false);
  }
  const writers = tools.filter(({ annotations }) => !annotations?.readOnlyHint);
  assert.deepEqual(writers.map(({ name }) => name), [
    "append",
    "fork",
    "file_write",
  ]);
});

Deno.test("append creates a conversation, and a retry with its key is a replay", async () => {
  const call = {
    continuation_id: fresh("mcp"),
    title: "By a model",
    messages: [{ role: "user", content: "hello" }],
    idempotency_key: crypto.randomUUID(),
  };
  const first = await use(client, "append", call);
  assert.equal(first.conversation.title, "By a model");
  assert.equal(first.conversation.last_seq, 1);
  assert.equal(first.replayed, false);
  const again = await use(client, "append", call);
  assert.deepEqual(again, { ...first, replayed: true });
});

Deno.test("append says which of its arguments is wrong and what to do about a key that was used", async () => {
  const continuation_id = fresh("mcp");
  const key = crypto.randomUUID();
  const messages = [{ role: "user", content: "hello" }];
  assert.match(
    await refused(client, "append", { continuation_id, messages: [{}] }),
    /\/messages\/0\/role: /,
  );
  assert.match(
    await refused(client, "append", {
      continuation_id,
      messages: [{ role: "user", content: "a\u0000b" }],
    }),
    /\/messages\/0\/content: /,
  );
  // A rule that only the database knows.
  assert.match(
    await refused(client, "append", {
      continuation_id,
      messages: [{ role: "user", content: "" }],
    }),
    /content/,
  );
  await use(client, "append", {
    continuation_id,
    messages,
    idempotency_key: key,
  });
  assert.match(
    await refused(client, "append", {
      continuation_id,
      messages: [{ role: "user", content: "other" }],
      idempotency_key: key,
    }),
    /new `idempotency_key`/,
  );
});

Deno.test("read pages in both directions", async () => {
  const continuation_id = await conversation(5);
  const positions = async (bounds: Record<string, number>) => {
    const page = await use(client, "read", { continuation_id, ...bounds });
    return [
      page.messages.map(({ position }: { position: number }) => position),
      page.has_more,
    ];
  };
  assert.deepEqual(await positions({}), [[1, 2, 3, 4, 5], false]);
  assert.deepEqual(await positions({ limit: 2 }), [[4, 5], true]);
  assert.deepEqual(await positions({ limit: 2, before: 4 }), [[2, 3], true]);
  assert.deepEqual(await positions({ limit: 2, after: 1 }), [[2, 3], true]);
  assert.deepEqual(await positions({ after: 5 }), [[], false]);
});

Deno.test("a page never exceeds what a model can take, and says that there is more", async () => {
  const continuation_id = fresh("mcp");
  const long = "x".repeat(40_000);
  await append(owner, continuation_id, [long, long, long]);
  const newest = await use(client, "read", { continuation_id });
  assert.deepEqual(
    newest.messages.map(({ seq }: { seq: number }) => seq),
    [2, 3],
  );
  assert.equal(newest.has_more, true);
  const oldest = await use(client, "read", { continuation_id, after: 0 });
  assert.deepEqual(
    oldest.messages.map(({ seq }: { seq: number }) => seq),
    [1, 2],
  );
  assert.equal(oldest.has_more, true);

  const huge = fresh("mcp");
  await append(owner, huge, ["y".repeat(500_000)]);
  const { messages: [only] } = await use(client, "read", {
    continuation_id: huge,
  });
  assert.equal(only.truncated, true);
  assert.equal(only.content, "y".repeat(50_000));
});

Deno.test("context returns what fits the budget, and names the budget that is needed", async () => {
  const continuation_id = await conversation(30);
  const all = await use(client, "context", { continuation_id });
  assert.equal(all.messages.length, 30);
  assert.equal(all.omitted_before_position, null);
  const some = await use(client, "context", {
    continuation_id,
    max_tokens: 20,
  });
  assert.ok(some.messages.length > 0 && some.messages.length < 30);
  assert.ok(some.tokens_used <= 20);
  assert.equal(some.messages.at(-1).position, 30);
  assert.match(
    await refused(client, "context", { continuation_id, max_tokens: 1 }),
    /larger `max_tokens`/,
  );
});

Deno.test("search finds a message, and read shows it", async () => {
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const id = fresh("mcp");
  await append(owner, id, ["before", `the ${word} itself`, "after"]);
  const { hits } = await use(client, "search", { query: word });
  assert.equal(hits.length, 1);
  const [{ continuation_id, snippet, message: { position } }] = hits;
  assert.equal(continuation_id, id);
  assert.match(snippet, /⟦.*⟧/);
  const page = await use(client, "read", {
    continuation_id,
    after: position - 1,
    limit: 1,
  });
  assert.match(page.messages[0].content, new RegExp(word));
});

Deno.test("list and search go on from their cursors, and refuse one that is not theirs", async () => {
  const lister = await signUp("lister");
  const listing = await connect(lister);
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const names = ["a", "b", "c"];
  for (const name of names) await append(lister, name, [word]);
  for (
    const [tool, args, items] of [
      ["list", {}, "conversations"],
      ["search", { query: word }, "hits"],
    ] as const
  ) {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 5; page++) {
      const answer = await use(listing, tool, {
        ...args,
        limit: 2,
        ...(cursor !== null && { cursor }),
      });
      seen.push(
        ...answer[items].map((
          { continuation_id }: { continuation_id: string },
        ) => continuation_id),
      );
      cursor = answer.next_cursor;
      if (cursor === null) break;
    }
    assert.deepEqual(seen.sort(), names);
    assert.match(
      await refused(listing, tool, { ...args, cursor: "nonsense" }),
      /Leave `cursor` out/,
    );
  }
  const { conversations } = await use(listing, "list", { prefix: "b" });
  assert.equal(conversations.length, 1);
});

Deno.test("fork copies a conversation up to a position", async () => {
  const continuation_id = await conversation(3);
  const { conversation: copy } = await use(client, "fork", {
    continuation_id,
    through_position: 2,
    new_continuation_id: `${continuation_id}-copy`,
    title: "Copy",
  });
  assert.equal(copy.title, "Copy");
  assert.equal(copy.last_seq, 2);
  assert.match(
    await refused(client, "fork", {
      continuation_id,
      new_continuation_id: `${continuation_id}-copy`,
    }),
    /another `new_continuation_id`/,
  );
});

Deno.test("a text file is stored once, linked, and read in pieces that cut no character", async () => {
  const continuation_id = await conversation(1);
  const text = "häß€😀\n".repeat(200);
  const file = { name: "Grüße.md", text, continuation_id };
  const stored = await use(client, "file_write", file);
  assert.equal(stored.mime_type, "text/markdown");
  assert.equal(stored.name, file.name);
  assert.equal(stored.deduplicated, false);
  const again = await use(client, "file_write", file);
  assert.deepEqual(again, { ...stored, deduplicated: true });

  let read = "";
  let offset: number | null = 0;
  let pieces = 0;
  while (offset !== null && pieces < 1000) {
    const piece = await use(client, "file_read", {
      file_id: stored.file_id,
      offset,
      max_bytes: 101,
    });
    read += piece.text;
    offset = piece.next_offset;
    pieces++;
  }
  assert.ok(pieces > 10);
  assert.equal(read, text);
});

Deno.test("a binary file is refused with a URL that has its bytes", async () => {
  const png = Uint8Array.from(
    atob(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    ),
    (character) => character.charCodeAt(0),
  );
  const { id } = await storedFile(owner, {
    content: png,
    type: "image/png",
    name: "dot.png",
  });
  const told = await refused(client, "file_read", { file_id: id });
  const [, link] = /^url: "(.*)"$/m.exec(told) ?? [];
  assert.ok(link, told);
  const response = await fetch(link);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), png);
});

Deno.test("what file-upload refuses is told in its words", async () => {
  assert.match(
    await refused(client, "file_write", { name: "a/b\u0001", text: "x" }),
    /file name|characters|control/i,
  );
  assert.match(
    await refused(client, "file_write", {
      name: "a.txt",
      text: "x",
      continuation_id: fresh("absent"),
    }),
    /`list` or `search`/,
  );
});

Deno.test("a tool that does not exist is an error of the protocol that names those that do", async () => {
  await assert.rejects(
    client.callTool({ name: "forget", arguments: {} }),
    /append, context/,
  );
  assert.equal((await history(owner, "forget")).body.conversation, null);
});
