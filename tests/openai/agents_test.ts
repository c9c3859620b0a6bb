/** `@openai/agents` keeps its session in a conversation, which outlives the process. */
import assert from "node:assert/strict";
import { OpenAIConversationsSession } from "npm:@openai/agents@0.20.0";
import OpenAI from "npm:openai@7.57.0";
import { signUp } from "../support/actors.ts";
import { history } from "../support/http.ts";
import { baseURL, clientOf, tokenOf, uuidOf } from "./client.ts";

const owner = await signUp("agents");

/** Runs an agent in a process of its own. */
async function runAgent(...args: string[]) {
  const script = new URL("agent.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, ...args],
    env: { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: tokenOf(owner) },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const call = ["message", "function_call", "function_call_result", "message"];

Deno.test("an agent goes on in another process where the first one ended", async () => {
  const first = await runAgent("One and two?");
  assert.deepEqual(first.shown, [call.slice(0, 1), call.slice(0, 3)]);
  assert.equal(first.finalOutput, "Saw 3.");

  const second = await runAgent("Once more?", first.id);
  assert.equal(second.id, first.id);
  assert.deepEqual(second.shown, [
    [...call, ...call.slice(0, 1)],
    [...call, ...call.slice(0, 3)],
  ]);
  assert.equal(second.finalOutput, "Saw 7.");
  assert.deepEqual(second.items.slice(0, 4), first.items);
  assert.deepEqual(
    second.items.map(({ type }: { type: string }) => type),
    [...call, ...call],
  );
  assert.deepEqual(second.newest, second.items.slice(-1));

  const { body } = await history(owner, uuidOf(first.id));
  assert.deepEqual(
    body.messages.map(({ role }: { role: string }) => role),
    [...call, ...call].map((_, index) =>
      ["user", "assistant", "tool", "assistant"][index % 4]
    ),
  );
});

Deno.test("a session is popped, added to and cleared", async () => {
  const client = clientOf(owner);
  // deno-lint-ignore no-explicit-any -- the package has types of another copy of the client
  const session = new OpenAIConversationsSession({ client: client as any });
  await session.addItems([
    { type: "message", role: "user", content: "one" },
    { type: "message", role: "user", content: "two" },
  ]);
  const popped = await session.popItem();
  assert.ok(JSON.stringify(popped).includes("two"));
  assert.equal((await session.getItems()).length, 1);
  await session.addItems([popped!]);
  assert.equal((await session.getItems()).length, 2);
  const id = await session.getSessionId();
  await session.clearSession();
  await assert.rejects(client.conversations.retrieve(id), OpenAI.NotFoundError);
});
