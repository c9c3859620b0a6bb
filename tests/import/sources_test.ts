/** Where imports come from, and what they do with what is odd: zip files, folders, changes since, and broken data. */
import assert from "node:assert/strict";
import {
  BlobReader,
  BlobWriter,
  TextReader,
  ZipWriter,
} from "npm:@zip.js/zip.js@2.24.0";
import { clientOf } from "../client/clients.ts";
import { append, request } from "../support/http.ts";
import {
  accountOf,
  conversationOf,
  everythingOf,
  file,
  importInto,
  jsonl,
  newUser,
  shown,
  temporaryFolder,
} from "./importing.ts";
import { chatgpt, chatgptConversation } from "./made_exports/chatgpt.ts";
import { codex } from "./made_exports/codex.ts";

const PNG = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (character) => character.charCodeAt(0),
);

async function zip(
  files: Record<string, string | Uint8Array>,
): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, content] of Object.entries(files)) {
    await writer.add(
      name,
      typeof content === "string"
        ? new TextReader(content)
        : new BlobReader(new Blob([content as BlobPart])),
    );
  }
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

Deno.test("a zip file as it comes: conversations, the files that messages refer to, and what is left out", async () => {
  const user = await newUser();
  const path = await file(
    "export.zip",
    await zip({
      "user.json": '{"id":"user-1","email":"me@example.com"}',
      "chat.html": "<html></html>",
      "conversations.json": JSON.stringify([chatgptConversation()]),
      "file-abcdefghij0123456789-bee.png": PNG,
      "__MACOSX/._conversations.json": "\0",
    }),
  );
  const imported = await importInto(accountOf(user), path);
  assert.deepEqual(
    imported.findings.map(({ kind, where }) => [kind, where]),
    [["note", "user.json"], ["note", "chat.html"]],
  );
  const { rows, files } = await conversationOf(user, "chatgpt:bees");
  const [picture] = files;
  assert.equal(files.length, 1);
  assert.equal(picture.original_name, "file-abcdefghij0123456789-bee.png");
  assert.equal(picture.mime_type, "image/png");
  const row = rows.find(({ content }) => content === "Here it is");
  assert.deepEqual(row.file_ids, [picture.id]);
  const bytes = await (await clientOf(user).files.download(picture.id))
    .bytes();
  assert.deepEqual(bytes, PNG);

  const before = await everythingOf(user);
  const again = await importInto(accountOf(user), path);
  assert.equal(again.files.stored, 0);
  assert.deepEqual(await everythingOf(user), before);
});

Deno.test("a file that the export lacks is named, and its message is stored", async () => {
  const user = await newUser();
  const { findings } = await importInto(
    accountOf(user),
    await file("conversations.json", [chatgptConversation()]),
  );
  assert.match(findings[0]!.reason, /names the file file-abcdefghij0123456789/);
  assert.equal(findings[0]!.kind, "note");
});

Deno.test("a damaged zip file takes what comes before the damage, and says so", async () => {
  const user = await newUser();
  const many = Array.from({ length: 400 }, (_, index) => ({
    ...chatgptConversation(),
    conversation_id: `number-${index}`,
    // Random, so that it does not compress to nothing.
    title: crypto.randomUUID().repeat(20).slice(0, 190),
    extra: Array.from({ length: 30 }, () => crypto.randomUUID()),
  }));
  const bytes = await zip({ "conversations.json": JSON.stringify(many) });
  bytes.fill(
    0x55,
    Math.floor(bytes.length * 0.7),
    Math.floor(bytes.length * 0.7) + 200,
  );
  const { findings, conversations } = await importInto(
    accountOf(user),
    await file("export.zip", bytes),
    { dryRun: true },
  );
  assert.equal(findings.filter(({ kind }) => kind === "fault").length, 1);
  assert.ok(conversations.created > 0 && conversations.created < 400);
});

Deno.test("a folder of files is uploaded with names and paths, and a second run writes nothing", async () => {
  const user = await newUser();
  const folder = `${temporaryFolder()}/my project`;
  await Deno.mkdir(`${folder}/src/ünï`, { recursive: true });
  await Deno.writeTextFile(`${folder}/README.md`, "# Read me");
  await Deno.writeTextFile(`${folder}/src/index.ts`, "export {};\n");
  await Deno.writeTextFile(`${folder}/src/ünï/index.ts`, "export {};\n");
  await Deno.writeFile(`${folder}/picture.png`, PNG);
  await Deno.writeTextFile(`${folder}/package.json`, '{"name":"x"}');
  await Deno.writeFile(
    `${folder}/program`,
    new Uint8Array([127, 69, 76, 70, 0, 1, 2, 3]),
  );
  await Deno.symlink(`${folder}/README.md`, `${folder}/link.md`);

  const { findings, files } = await importInto(accountOf(user), folder, {
    jobs: 4,
  });
  assert.deepEqual(
    findings.map(({ kind, where }) => [kind, where]).sort(),
    [["fault", "program"], ["note", "link.md"]],
  );
  assert.equal(files.stored, 4);
  const stored = await conversationOf(user, "files:my project");
  assert.deepEqual(
    stored.files.map(({ original_name, metadata }) => [
      original_name,
      metadata.import.paths,
    ]).sort(),
    [
      ["README.md", ["README.md"]],
      ["index.ts", ["src/index.ts", "src/ünï/index.ts"]],
      ["package.json", ["package.json"]],
      ["picture.png", ["picture.png"]],
    ],
  );
  const again = await importInto(accountOf(user), folder, { jobs: 4 });
  assert.equal(again.files.stored, 0);
  assert.deepEqual(await conversationOf(user, "files:my project"), stored);
});

Deno.test("what is of no known format is not taken, unless it is uploaded as a file", async () => {
  const user = await newUser();
  for (
    const content of ["hello", '{"a":1}', "[1,2,3]", "", "[", '[{"role":1}]']
  ) {
    const path = await file("thing.json", content);
    const { faults } = await importInto(accountOf(user), path);
    assert.equal(faults, 1, content);
  }
  const path = await file("thing.txt", "hello");
  const { files, faults } = await importInto(accountOf(user), path, {
    from: "files",
  });
  assert.deepEqual([files.stored, faults], [1, 0]);
});

Deno.test("a broken line or item is reported by its place, and the others are taken", async () => {
  const user = await newUser();
  const lines = jsonl([
    { messages: [{ role: "user", content: "one" }] },
    { messages: [{ role: "user", content: "two" }] },
  ]).split("\n");
  const path = await file(
    "dataset.jsonl",
    [lines[0], "{broken", "7", lines[1], ""].join("\n"),
  );
  const { findings, conversations } = await importInto(accountOf(user), path);
  assert.deepEqual(findings.map(({ where }) => where), ["line 2", "line 3"]);
  assert.equal(conversations.created, 2);

  const half = JSON.stringify([chatgptConversation(), chatgptConversation()]);
  const cut = await importInto(
    accountOf(user),
    await file("conversations.json", half.slice(0, -50)),
  );
  assert.deepEqual(
    cut.findings.filter(({ kind }) => kind === "fault")
      .map(({ where }) => where),
    ["near line 1, behind item 1"],
  );
  assert.equal(cut.conversations.created, 1);

  const nothing = await importInto(
    accountOf(user),
    await file("conversations.json", [
      chatgptConversation(),
      { id: "corrupted", title: "Corrupted" },
    ]),
  );
  assert.match(
    nothing.findings.find(({ kind }) => kind === "fault")!.where,
    /item 2, conversation corrupted/,
  );
});

Deno.test("a second import asks for the list of conversations, and for nothing else", async () => {
  const user = await newUser();
  const path = await chatgpt.write();
  await importInto(accountOf(user), path);
  const asked: string[] = [];
  const listening: typeof fetch = (url, init) => {
    asked.push(String(url).replace(/^.*\/functions\/v1\//, ""));
    return fetch(url, init);
  };
  await importInto(accountOf(user, { fetch: listening }), path);
  assert.deepEqual(
    asked.filter((url) => !url.startsWith("conversation-history?")),
    [],
  );
});

Deno.test("what has changed in the source since is a revision, what is new is appended, and the branch shown moves", async () => {
  const user = await newUser();
  const first = chatgptConversation();
  await importInto(accountOf(user), await file("conversations.json", [first]));
  const second = structuredClone(first);
  second.mapping.a1b!.message!.content = {
    content_type: "text",
    parts: ["second answer, edited"],
  };
  Object.assign(second.mapping, {
    u3: {
      id: "u3",
      parent: "u2b",
      children: [],
      message: { ...second.mapping.u2b!.message!, id: "u3" },
    },
  });
  second.mapping.u3!.message!.content = {
    content_type: "text",
    parts: ["three"],
  };
  second.current_node = "u3";
  second.title = "Bees, again";
  const path = await file("conversations.json", [second]);
  const { conversations, messages } = await importInto(accountOf(user), path);
  assert.equal(conversations.extended, 1);
  assert.deepEqual(messages, { appended: 1, revised: 1 });
  const stored = await conversationOf(user, "chatgpt:bees");
  assert.equal(stored.conversation.title, "Bees, again");
  assert.deepEqual(shown(stored).slice(1), [
    "one",
    "first answer",
    "after the first",
    "three",
  ]);
  const edited = stored.rows.filter(({ client_id }) => client_id === "a1b");
  assert.deepEqual(
    edited.map(({ content }) => content),
    ["second answer", "second answer, edited"],
  );
  assert.equal(edited[0].position, edited[1].position);
  const again = await importInto(accountOf(user), path);
  assert.equal(again.conversations.unchanged, 1);
  assert.deepEqual(await conversationOf(user, "chatgpt:bees"), stored);
});

Deno.test("what was continued, renamed or erased here stays so when the source is imported again", async () => {
  const user = await newUser();
  const source = chatgptConversation();
  await importInto(accountOf(user), await file("conversations.json", [source]));
  await append(user, "chatgpt:bees", ["continued here"]);
  await request(user, "conversation-history/chatgpt%3Abees", {
    method: "PATCH",
    json: { title: "Mine" },
  });
  const { rows } = await conversationOf(user, "chatgpt:bees");
  const { seq } = rows.find(({ client_id }) => client_id === "a1");
  await request(user, `conversation-history/chatgpt%3Abees/messages/${seq}`, {
    method: "DELETE",
  });
  const before = await conversationOf(user, "chatgpt:bees");

  source.update_time++;
  const { findings } = await importInto(
    accountOf(user),
    await file("conversations.json", [source]),
  );
  assert.match(
    findings.map(({ reason }) => reason).join(),
    /was continued here/,
  );
  const after = await conversationOf(user, "chatgpt:bees");
  assert.equal(after.conversation.title, "Mine");
  assert.deepEqual(after.rows, before.rows);
  assert.equal(shown(after).at(-1), "continued here");
});

Deno.test("a conversation of yours that has the name already is left alone, and reported", async () => {
  const user = await newUser();
  await append(user, "chatgpt:bees", ["mine"]);
  const { findings } = await importInto(accountOf(user), await chatgpt.write());
  assert.match(
    findings.filter(({ kind }) => kind === "fault")[0]!.reason,
    /a conversation named chatgpt:bees that was not imported/,
  );
  const stored = await everythingOf(user);
  assert.deepEqual(shown(stored.get("chatgpt:bees")!), ["mine"]);
  assert.ok(stored.has("chatgpt:archived"));
});

Deno.test("parts and metadata keep what the source says, every digit of its numbers included", async () => {
  const user = await newUser();
  const text =
    '[{"role":"assistant","content":[{"type":"text","text":"hm"}],"big":12345678901234567890,"one":1.0}]';
  await importInto(accountOf(user), await file("messages.json", text));
  const [name] = [...(await everythingOf(user)).keys()];
  const answer = await request(
    user,
    `conversation-history/${encodeURIComponent(name!)}`,
  );
  assert.ok(answer.text.includes('"big":12345678901234567890,"one":1.0'));

  const source = chatgptConversation();
  await importInto(accountOf(user), await file("conversations.json", [source]));
  const { rows, conversation } = await conversationOf(user, "chatgpt:bees");
  const row = rows.find(({ client_id }) => client_id === "code");
  assert.deepEqual(row.parts, [source.mapping.code!.message!.content]);
  assert.equal(row.metadata.chatgpt.recipient, "python");
  assert.equal(conversation.metadata.chatgpt.create_time, source.create_time);
});

Deno.test("what repeats in Codex's second log is left out and said, and the rest of it is kept", async () => {
  const user = await newUser();
  const { findings } = await importInto(accountOf(user), await codex.write());
  assert.deepEqual(findings.map(({ kind, reason }) => [kind, reason]), [
    ["note", "3 events that say what an item says are left out."],
  ]);
  const [{ rows }] = [...(await everythingOf(user)).values()] as [
    Awaited<ReturnType<typeof conversationOf>>,
  ];
  const kept = rows.flatMap(({ metadata }) => metadata.codex?.records ?? []);
  assert.deepEqual(
    kept.map(({ type, payload }: { type: string; payload: { type: string } }) =>
      payload.type ?? type
    ),
    ["turn_context", "token_count"],
  );
});

Deno.test("messages beyond the limits are kept: long text in parts, more than a request as a file", async () => {
  const user = await newUser();
  const long = "long ünï ".repeat(150_000);
  const huge = "huge ".repeat(1_200_000);
  const path = await file("messages.json", [
    { role: "user", content: "start" },
    { role: "assistant", content: long },
    { role: "user", content: huge },
    { role: "assistant", content: "NUL \0 and lone \ud83d" },
  ]);
  const { findings } = await importInto(accountOf(user), path);
  assert.deepEqual(findings.map(({ kind }) => kind), ["note", "note"]);
  const [stored] = [...(await everythingOf(user)).values()];
  const [, second, third, fourth] = stored!.rows;
  assert.deepEqual(second.parts, [{ type: "text", text: long }]);
  assert.equal(third.file_ids.length, 1);
  const kept = await (await clientOf(user).files.download(third.file_ids[0]))
    .json();
  assert.equal(kept.parts[0].text, huge);
  assert.equal(fourth.content, "NUL \ufffd and lone \ufffd");
  assert.deepEqual(JSON.parse(fourth.parts[0].json), {
    content: "NUL \0 and lone \ud83d",
    parts: [],
    metadata: {},
  });
  const again = await importInto(accountOf(user), path);
  assert.equal(again.conversations.unchanged, 1);
});

Deno.test("an array of messages that has grown goes on in its conversation", async () => {
  const user = await newUser();
  const messages = [
    { role: "system", content: "Be brief" },
    { role: "user", content: "one" },
    { role: "assistant", content: "1" },
  ];
  await importInto(accountOf(user), await file("a.json", messages));
  const more = [...messages, { role: "user", content: "two" }];
  const grown = await importInto(accountOf(user), await file("b.json", more));
  assert.deepEqual(grown.messages, { appended: 1, revised: 0 });
  const other = await importInto(
    accountOf(user),
    await file("c.json", [messages[0]!, { role: "user", content: "another" }]),
  );
  assert.equal(other.conversations.created, 1);
});
