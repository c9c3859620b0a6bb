/** What AI SDK's useChat does with a store: what the screen shows is what is loaded. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { type Answer, append, fresh, history } from "../support/http.ts";
import type { Message } from "./conversation_under_test.ts";

const owner = await signUp("owner");

/** A message as useChat holds it. */
interface UIMessage {
  id: string;
  role: "user" | "assistant";
  parts: Record<string, unknown>[];
}

const says = (
  id: string,
  role: UIMessage["role"],
  text: string,
): UIMessage => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

/** A chat: the screen of its client, and the store behind it. */
class Chat {
  screen: UIMessage[] = [];
  readonly name = fresh("chat");

  /** Saves the whole screen, as `onFinish` does, after ending the line where `after_position` says. */
  async save(rest: Record<string, unknown> = {}): Promise<Answer> {
    return await this.send(this.screen, { on_mismatch: "revise", ...rest });
  }

  /** Sends it twice: the second time is a replay that changes nothing. */
  async send(
    messages: UIMessage[],
    rest: Record<string, unknown>,
  ): Promise<Answer> {
    const drafts = messages.map(({ id: client_id, role, parts }) => ({
      client_id,
      role,
      parts,
      content: null as unknown as string,
    }));
    const first = await append(owner, this.name, drafts, rest);
    assert.ok(first.status < 300, first.text);
    const log = (await history(owner, this.name, "view=log")).text;
    const retry = await append(owner, this.name, drafts, rest);
    assert.equal(retry.status, 200, retry.text);
    assert.equal(retry.headers.get("Idempotency-Replayed"), "true");
    assert.deepEqual(retry.body.messages, first.body.messages);
    assert.equal((await history(owner, this.name, "view=log")).text, log);
    return first;
  }

  /** The live line as UIMessages, with the position of each. */
  async load(): Promise<{ screen: UIMessage[]; positions: number[] }> {
    const { body } = await history(owner, this.name);
    return {
      screen: body.messages.map(({ client_id, role, parts }: Message) => ({
        id: client_id,
        role,
        parts,
      })),
      positions: body.messages.map(({ position }: Message) => position),
    };
  }

  /** Asserts that a reload shows what the screen does. */
  async assertReloads(): Promise<number[]> {
    const { screen, positions } = await this.load();
    assert.deepEqual(screen, this.screen);
    return positions;
  }
}

const tool = (state: string, rest: Record<string, unknown> = {}) => ({
  type: "tool-deleteFile",
  toolCallId: "call_1",
  state,
  input: { path: "a.ts" },
  ...rest,
});

Deno.test("a message that grows under its own id through a tool approval is loaded as it last was", async () => {
  const chat = new Chat();
  chat.screen = [says("u1", "user", "delete a.ts")];
  await chat.save();
  const states = [
    [tool("input-streaming")],
    [tool("approval-requested", { approval: { id: "ap" } })],
    [tool("approval-responded", { approval: { id: "ap", approved: true } })],
    [tool("output-available", { output: "gone" })],
    [tool("output-available", { output: "gone" }), {
      type: "text",
      text: "Done.",
    }],
  ];
  for (const parts of states) {
    chat.screen = [chat.screen[0]!, { id: "a1", role: "assistant", parts }];
    await chat.save();
    assert.deepEqual(await chat.assertReloads(), [1, 2]);
  }
  chat.screen.push(says("u2", "user", "thanks"));
  await chat.save();
  // A message that settled before others can still change.
  chat.screen[1]!.parts.push({ type: "text", text: "Anything else?" });
  await chat.save();
  assert.deepEqual(await chat.assertReloads(), [1, 2, 7]);
});

Deno.test("an approval that another tab saves with the next message is one answer", async () => {
  const chat = new Chat();
  chat.screen = [
    says("u1", "user", "delete a.ts"),
    { id: "a1", role: "assistant", parts: [tool("approval-requested")] },
  ];
  await chat.save();
  chat.screen[1]!.parts = [tool("output-denied")];
  chat.screen.push(says("u2", "user", "keep it"));
  const { body } = await chat.save();
  assert.equal(body.conversation.last_seq, 4);
  assert.deepEqual(await chat.assertReloads(), [1, 2, 4]);
});

for (
  const [name, id] of [["a new id", "a2b"], ["the same id", "a2"]] as const
) {
  Deno.test(`regenerating puts an answer with ${name} in the place of the old one`, async () => {
    const chat = new Chat();
    chat.screen = [
      says("u1", "user", "one"),
      says("a1", "assistant", "first"),
      says("u2", "user", "two"),
      says("a2", "assistant", "second"),
    ];
    await chat.save();
    const [, , after_position] = await chat.assertReloads();

    const answer = says(id, "assistant", "second, better");
    chat.screen = [...chat.screen.slice(0, 3), answer];
    await chat.send([answer], { after_position });
    assert.deepEqual(await chat.assertReloads(), [1, 2, 3, 5]);

    chat.screen.push(says("u3", "user", "three"));
    await chat.save();
    assert.deepEqual(await chat.assertReloads(), [1, 2, 3, 5, 6]);

    // And once more, the whole array with the place where it is cut.
    chat.screen = [
      ...chat.screen.slice(0, 3),
      says(id, "assistant", "second, best"),
    ];
    await chat.save({ after_position: 3 });
    assert.deepEqual(await chat.assertReloads(), [1, 2, 3, 7]);
  });
}

Deno.test("an edit of the first message begins the chat anew, and the old one is a branch", async () => {
  const chat = new Chat();
  chat.screen = [
    says("u1", "user", "one"),
    says("a1", "assistant", "first"),
    says("u2", "user", "two"),
  ];
  await chat.save();
  const old = chat.screen;
  chat.screen = [says("u1", "user", "one, edited")];
  await chat.save({ after_position: 0 });
  assert.deepEqual(await chat.assertReloads(), [4]);
  chat.screen.push(says("a1b", "assistant", "first of the edited"));
  await chat.save();
  assert.deepEqual(await chat.assertReloads(), [4, 5]);

  const { body } = await history(owner, chat.name, "view=log");
  const left = body.messages.filter(({ live }: Message) => !live);
  assert.deepEqual(
    left.map(({ client_id }: Message) => client_id),
    old.map(({ id }) => id),
  );
});

Deno.test("a stopped answer is loaded as far as it came, and continued under its id", async () => {
  const chat = new Chat();
  chat.screen = [
    says("u1", "user", "count"),
    says("a1", "assistant", "1, 2, 3"),
  ];
  await chat.save();
  await chat.assertReloads();

  const reloaded = (await chat.load()).screen;
  chat.screen = [
    ...reloaded.slice(0, 1),
    says("a1", "assistant", "1, 2, 3, 4, 5"),
  ];
  await chat.save();
  assert.deepEqual(await chat.assertReloads(), [1, 2]);
});

Deno.test("what is loaded, saved again as it is, writes nothing", async () => {
  const chat = new Chat();
  chat.screen = [says("u1", "user", "one"), says("a1", "assistant", "first")];
  await chat.save();
  chat.screen[1]!.parts.push({ type: "step-start" });
  await chat.save();
  chat.screen = (await chat.load()).screen;
  const { status, body } = await chat.save();
  assert.equal(status, 200);
  assert.equal(body.conversation.last_seq, 3);
});

Deno.test("a late retry of an earlier version of a message does not bring it back", async () => {
  const chat = new Chat();
  const versions = ["1", "1, 2", "1, 2, 3"];
  for (const text of versions) {
    chat.screen = [says("u1", "user", "count"), says("a1", "assistant", text)];
    await chat.save();
  }
  for (const text of versions) {
    const late = [says("a1", "assistant", text)];
    await chat.send(late, { on_mismatch: "revise" });
    assert.deepEqual(await chat.assertReloads(), [1, 2]);
  }
});
