/** One conversation through the functions, the fronts `openai` and `mcp`, and the client: the same, whoever wrote it. */
import assert from "node:assert/strict";
import { clientOf } from "../client/clients.ts";
import { connect, use } from "../mcp/clients.ts";
import { all, clientOf as openaiClientOf, uuidOf } from "../openai/client.ts";
import { signUp } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";

const owner = await signUp("owner");
const client = clientOf(owner);
const mcp = await connect(owner);
const openai = openaiClientOf(owner);

/** What every door shows of a message. */
interface Shown {
  role: string;
  text: string;
}

interface Door {
  write: (
    id: string,
    message: { role: "user"; content: string },
  ) => Promise<unknown>;
  read: (id: string) => Promise<Shown[]>;
}

const shown = (
  { role, content }: { role: string; content: string | null },
): Shown => ({ role, text: content ?? "" });

const doors: Record<string, Door> = {
  functions: {
    write: (id, message) => append(owner, id, [message]),
    read: async (id) => (await history(owner, id)).body.messages.map(shown),
  },
  client: {
    write: (id, message) => client.conversation(id).append([message]),
    read: async (id) =>
      (await client.conversation(id).messages().all()).map(shown),
  },
  mcp: {
    write: (continuation_id, message) =>
      use(mcp, "append", { continuation_id, messages: [message] }),
    read: async (continuation_id) =>
      (await use(mcp, "read", { continuation_id })).messages.map(shown),
  },
  openai: {
    write: (id, message) =>
      openai.conversations.items.create(id, { items: [message] }),
    read: async (id) => {
      const items = await all(
        openai.conversations.items.list(id, { order: "asc" }),
      );
      return items.map((item) => {
        assert.ok(item.type === "message");
        const [part] = item.content;
        assert.ok(part && "text" in part);
        return { role: item.role, text: part.text };
      });
    },
  },
};

const texts = {
  functions: 'é 😀 "quoted" \\ \u2028',
  client: "```ts\nconst a = 1;\n```",
  mcp: "שלום, 你好, สวัสดี",
  openai: "  spaces at both ends, and a tab\t",
};

for (const first of Object.keys(doors)) {
  // OpenAI's clients make a conversation before they add to it; a name of one's own is the other doors'.
  if (first === "openai") continue;
  Deno.test(`a conversation begun through ${first} goes on through every door and reads the same`, async () => {
    const id = fresh("doors");
    const order = [
      first,
      ...Object.keys(doors).filter((door) => door !== first),
    ];
    const expected: Shown[] = [];
    for (const door of order) {
      const content = texts[door as keyof typeof texts];
      await doors[door]!.write(id, { role: "user", content });
      expected.push({ role: "user", text: content });
    }
    for (const [door, { read }] of Object.entries(doors)) {
      assert.deepEqual(await read(id), expected, door);
    }
  });
}

Deno.test("a conversation created through openai goes on through every door and reads the same", async () => {
  const { id } = await openai.conversations.create({
    items: [{ role: "user", content: texts.openai }],
  });
  const { body } = await history(owner, uuidOf(id));
  const expected: Shown[] = [{ role: "user", text: texts.openai }];
  assert.deepEqual(body.messages.map(shown), expected);
  for (const door of ["functions", "client", "mcp"] as const) {
    await doors[door]!.write(uuidOf(id), {
      role: "user",
      content: texts[door],
    });
    expected.push({ role: "user", text: texts[door] });
  }
  assert.deepEqual(await doors.openai!.read(id), expected);
  for (const door of ["functions", "client", "mcp"]) {
    assert.deepEqual(await doors[door]!.read(uuidOf(id)), expected, door);
  }
});

Deno.test("an item that only openai's clients know of is kept as its JSON, and reads so through every door", async () => {
  const item = {
    type: "function_call" as const,
    call_id: "call_1",
    name: "weather",
    arguments: '{"city":"Zürich", "days":1.0}',
  };
  const { id } = await openai.conversations.create({ items: [item] });
  const [fromFunctions] = (await history(owner, uuidOf(id))).body.messages;
  const [fromClient] = await client.conversation(uuidOf(id)).messages().all();
  const [fromMcp] =
    (await use(mcp, "read", { continuation_id: uuidOf(id) })).messages;
  assert.deepEqual(fromClient, fromFunctions);
  assert.deepEqual(fromMcp.parts, fromFunctions.parts);
  for (const [name, value] of Object.entries(item)) {
    assert.deepEqual(fromFunctions.parts[0][name], value, name);
  }
});
