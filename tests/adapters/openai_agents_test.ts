/** The session of OpenAI's Agents SDK. */
import assert from "node:assert/strict";
import {
  type AgentInputItem,
  isSessionHistoryTransactionAwareSession,
  MemorySession,
  type Session,
  type SessionHistoryTransaction,
} from "@openai/agents";
import { ContinuumSession } from "../../client/src/adapters/openai-agents/index.ts";
import { clientOf, newClient } from "../client/clients.ts";
import { first, unreliableNetwork } from "../client/unreliable_network.ts";
import { fresh } from "../support/http.ts";
import { runAs } from "./processes.ts";

const { client: continuum, user } = await newClient("owner");

const sessionOf = (sessionId = fresh("session")) =>
  new ContinuumSession({ continuum, sessionId });

/** What two sessions have to agree on: the SDK's own in memory, and this one. */
function bothSessions() {
  return [new MemorySession(), sessionOf()] as const;
}

async function inBoth(
  script: (
    session:
      & Session
      & Pick<
        MemorySession,
        "applyHistoryTransaction" | "applyHistoryMutations"
      >,
  ) => Promise<unknown>,
): Promise<void> {
  const results = [];
  for (const session of bothSessions()) {
    const value = await script(session);
    results.push({ value, items: await session.getItems() });
  }
  assert.deepEqual(results[1], results[0]);
}

const userItem = (content: string): AgentInputItem => ({
  type: "message",
  role: "user",
  content,
});
const assistant = (text: string): AgentInputItem => ({
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text }],
});
const call = (callId: string, args = "{}"): AgentInputItem => ({
  type: "function_call",
  callId,
  name: "f",
  status: "completed",
  arguments: args,
});
const result = (callId: string, output: string): AgentInputItem => ({
  type: "function_call_result",
  callId,
  name: "f",
  status: "completed",
  output: { type: "text", text: output },
});

const ITEMS: AgentInputItem[] = [
  userItem("Weather?"),
  { type: "reasoning", content: [], providerData: { z: 1, a: -0 } },
  call("c1", '{"city":"Paris"}'),
  result("c1", "18 \\0 \ud800"),
  assistant("Mild."),
];

Deno.test("a run goes on in another process: its model is given what the first one has kept", async () => {
  const id = fresh("session");
  const turn = ["message", "function_call", "function_call_result", "message"];
  assert.deepEqual(
    await runAs(user, "openai_agents_process.ts", id, "Paris?"),
    {
      seen: [turn.slice(0, 1), turn.slice(0, 3)],
      finalOutput: "3 items",
    },
  );
  assert.deepEqual(await runAs(user, "openai_agents_process.ts", id, "Rome?"), {
    seen: [[...turn, "message"], [...turn, ...turn.slice(0, 3)]],
    finalOutput: "7 items",
  });
  const items = await sessionOf(id).getItems();
  assert.deepEqual(items.map(({ type }) => type ?? "message"), [
    ...turn,
    ...turn,
  ]);
});

Deno.test("items come back as they were added; a limit gives the newest of them", () =>
  inBoth(async (session) => {
    await session.addItems(ITEMS.slice(0, 2));
    await session.addItems([]);
    await session.addItems(ITEMS.slice(2));
    const limits = [0, -1, 1, 3, 5, 50];
    return await Promise.all(limits.map((limit) => session.getItems(limit)));
  }));

Deno.test("popItem takes the newest item back, until there is none", () =>
  inBoth(async (session) => {
    const popped = [await session.popItem()];
    await session.addItems(ITEMS.slice(0, 3));
    for (let n = 0; n < 2; n++) popped.push(await session.popItem());
    await session.addItems(ITEMS.slice(3));
    for (let n = 0; n < 5; n++) popped.push(await session.popItem());
    return popped;
  }));

Deno.test("a cleared session is empty and can be gone on with", () =>
  inBoth(async (session) => {
    await session.clearSession();
    await session.addItems(ITEMS);
    await session.clearSession();
    const cleared = await session.getItems();
    await session.addItems(ITEMS.slice(0, 1));
    return cleared;
  }));

Deno.test("a transaction is applied once: repeated it changes nothing, another one of its id is refused", () =>
  inBoth(async (session) => {
    const apply = async (
      operationId: string,
      transaction: SessionHistoryTransaction,
    ) => {
      try {
        await session.applyHistoryTransaction({ operationId, transaction });
        return "applied";
      } catch {
        return "refused";
      }
    };
    const append = (...items: AgentInputItem[]) =>
      ({ type: "append_items", items }) as const;
    const replace = (
      expectedSuffix: AgentInputItem[],
      ...replacement: AgentInputItem[]
    ) => ({ type: "replace_suffix", expectedSuffix, replacement }) as const;
    await session.addItems(ITEMS.slice(0, 2));
    return [
      await apply("a", append(ITEMS[2]!, ITEMS[3]!)),
      await apply("a", append(ITEMS[2]!, ITEMS[3]!)),
      await apply("a", append(ITEMS[2]!)),
      await apply("a", replace([ITEMS[3]!], ITEMS[4]!)),
      await session.popItem(),
      await apply("a", append(ITEMS[2]!, ITEMS[3]!)),
      await apply("b", replace([ITEMS[3]!], ITEMS[4]!)),
      await apply("c", replace([ITEMS[1]!, ITEMS[2]!], ITEMS[4]!)),
      await apply("c", replace([ITEMS[1]!, ITEMS[2]!], ITEMS[4]!)),
      await apply("c", replace([ITEMS[2]!], ITEMS[4]!)),
      // The suffix is there again afterwards.
      await apply("d", replace([ITEMS[4]!], ITEMS[0]!, ITEMS[4]!)),
      await apply("d", replace([ITEMS[4]!], ITEMS[0]!, ITEMS[4]!)),
      await apply("e", replace([], ITEMS[1]!)),
      await apply("e", replace([], ITEMS[1]!)),
      await apply("f", replace([ITEMS[1]!])),
      await apply("f", replace([ITEMS[1]!])),
      await apply("f", replace([ITEMS[4]!])),
      await apply("g", append()),
      await apply(" ", append(ITEMS[0]!)),
      await apply("h", replace([ITEMS[0]!, ...ITEMS, ...ITEMS])),
      await session.getItems(2),
      await session.popItem(),
    ];
  }));

Deno.test("a transaction of more items than a request has messages is one, and its items are popped one by one", () =>
  inBoth(async (session) => {
    const items = Array.from({ length: 250 }, (_, n) => userItem(`${n}`));
    await session.applyHistoryTransaction({
      operationId: "many",
      transaction: { type: "append_items", items },
    });
    const popped = [await session.popItem(), await session.popItem()];
    await session.addItems([userItem("after")]);
    await session.applyHistoryTransaction({
      operationId: "cut",
      transaction: {
        type: "replace_suffix",
        expectedSuffix: [...items.slice(245, 248), userItem("after")],
        replacement: [userItem("instead")],
      },
    });
    return [popped, await session.getItems(7)];
  }));

Deno.test("calls of functions are replaced where they are, and repetitions left out", () =>
  inBoth(async (session) => {
    await session.addItems([...ITEMS, call("c2"), call("c1"), call("c3")]);
    const replacement = call("c1", '{"city":"Rome"}') as Extract<
      AgentInputItem,
      { type: "function_call" }
    >;
    await session.applyHistoryMutations({
      mutations: [{ type: "replace_function_call", callId: "c1", replacement }],
    });
    const popped = [await session.popItem(), await session.popItem()];
    return [popped, await session.getItems(3)];
  }));

Deno.test("over a network that loses answers, nothing is added, popped or replaced twice", async () => {
  const id = fresh("session");
  await sessionOf(id).addItems(ITEMS);
  await using network = await unreliableNetwork();
  const session = new ContinuumSession({
    continuum: clientOf(user, {}, network.at),
    sessionId: id,
  });
  const losing = () => network.fail(first("POST", "unanswered"));
  losing();
  assert.deepEqual(await session.popItem(), ITEMS[4]);
  losing();
  await session.addItems([userItem("more")]);
  losing();
  await session.applyHistoryTransaction({
    operationId: "x",
    transaction: {
      type: "replace_suffix",
      expectedSuffix: [userItem("more")],
      replacement: [ITEMS[4]!],
    },
  });
  assert.deepEqual(await sessionOf(id).getItems(), ITEMS);
});

Deno.test("items that are popped and added at once by several processes are never lost or popped twice", async () => {
  const id = fresh("session");
  const texts = Array.from({ length: 12 }, (_, n) => `${n}`);
  await sessionOf(id).addItems(texts.slice(0, 6).map((text) => userItem(text)));
  const popped: (AgentInputItem | undefined)[] = [];
  await Promise.all([
    ...texts.slice(6).map((text) => sessionOf(id).addItems([userItem(text)])),
    ...texts.slice(0, 4).map(async () => {
      popped.push(await sessionOf(id).popItem());
    }),
  ]);
  const left = await sessionOf(id).getItems();
  const seen = [...popped, ...left].map((item) => JSON.stringify(item));
  assert.deepEqual(
    seen.sort(),
    texts.map((text) => JSON.stringify(userItem(text))).sort(),
  );
});

Deno.test("a session has a context that is given to models, and reads what other clients have appended", async () => {
  const session = new ContinuumSession({ continuum });
  const conversation = continuum.conversation(await session.getSessionId());
  await conversation.append([
    { role: "user", content: "From a script" },
    { role: "assistant", parts: [{ type: "text", text: "Yes?" }] },
  ]);
  await session.addItems(ITEMS);
  assert.deepEqual((await session.getItems()).slice(0, 2), [
    { type: "message", role: "user", content: "From a script" },
    assistant("Yes?"),
  ]);
  const roles = (await conversation.messages().all()).map(({ role }) => role);
  assert.deepEqual(roles, [
    "user",
    "assistant",
    "user",
    "assistant",
    "assistant",
    "tool",
    "assistant",
  ]);
});

Deno.test("the runner sees that the session takes transactions, and strangers cannot read it", async () => {
  const session = sessionOf();
  assert.ok(isSessionHistoryTransactionAwareSession(session));
  await session.addItems(ITEMS);
  const { client } = await newClient("stranger");
  const { conversation } = await continuum.conversation(
    await session.getSessionId(),
  ).get();
  const stranger = new ContinuumSession({
    continuum: client,
    sessionId: conversation!.id,
  });
  assert.deepEqual(await stranger.getItems(), []);
  assert.equal(await stranger.popItem(), undefined);
});
