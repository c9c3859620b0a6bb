/** After each flow of a chat, what is loaded is what the screen shows: `useChat`'s own class over HTTP. */
import assert from "node:assert/strict";
import type { Chat } from "@ai-sdk/react";
import {
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  tool,
  type UIMessage,
} from "ai";
import { z } from "zod";
import { loadMessages } from "../../client/src/adapters/ai-sdk/index.ts";
import { newClient } from "../client/clients.ts";
import { fresh } from "../support/http.ts";
import { calling, counting, hanging, modelOf, saying } from "./ai_sdk_model.ts";
import {
  asJson,
  type ChatServer,
  screenOf,
  serveChats,
  type ServerOptions,
} from "./ai_sdk_server.ts";

const { client } = await newClient("chatter");

/** Runs a flow with a server of its own, once for each way of sending messages. */
function flow(
  name: string,
  model: () => Parameters<typeof serveChats>[1],
  run: (server: ChatServer, sends: "all" | "last") => Promise<void>,
  options: ServerOptions = {},
) {
  for (const sends of ["all", "last"] as const) {
    Deno.test(`${name}, sending ${sends === "all" ? "all messages" : "the last message"}`, async () => {
      const server = serveChats(client, model(), options);
      try {
        await run(server, sends);
      } finally {
        await server.close();
      }
    });
  }
}

/** What a page that is opened now shows. */
async function loaded(screen: Chat<UIMessage>): Promise<UIMessage[]> {
  return (await loadMessages(client, screen.id)).messages;
}

async function assertLoadsAsShown(screen: Chat<UIMessage>) {
  assert.equal(screen.error, undefined);
  assert.deepEqual(await loaded(screen), asJson(screen.messages));
}

const texts = (messages: UIMessage[]) =>
  messages.map(({ parts }) =>
    parts.map((part) => part.type === "text" ? part.text : "").join("")
  );

flow("a chat of two turns", counting, async (server, sends) => {
  const screen = screenOf(server, { id: fresh("chat"), sends });
  await screen.sendMessage({ text: "One" });
  await assertLoadsAsShown(screen);
  await screen.sendMessage({ text: "Two", metadata: { mood: "curious" } });
  await assertLoadsAsShown(screen);
  assert.deepEqual(texts(screen.messages), [
    "One",
    "This is answer 1.",
    "Two",
    "This is answer 2.",
  ]);
});

flow(
  "a chat that another page goes on with",
  counting,
  async (server, sends) => {
    const id = fresh("chat");
    await screenOf(server, { id, sends }).sendMessage({ text: "One" });
    const { messages } = await loadMessages(client, id);
    const screen = screenOf(server, { id, messages, sends });
    await screen.sendMessage({ text: "Two" });
    assert.equal(screen.messages.length, 4);
    await assertLoadsAsShown(screen);
  },
);

flow("a regenerated answer", counting, async (server, sends) => {
  const screen = screenOf(server, { id: fresh("chat"), sends });
  await screen.sendMessage({ text: "One" });
  await screen.regenerate();
  assert.deepEqual(texts(screen.messages), ["One", "This is answer 2."]);
  await assertLoadsAsShown(screen);
  await screen.sendMessage({ text: "Two" });
  await assertLoadsAsShown(screen);
});

flow(
  "an earlier answer that is regenerated",
  counting,
  async (server, sends) => {
    const screen = screenOf(server, { id: fresh("chat"), sends });
    await screen.sendMessage({ text: "One" });
    await screen.sendMessage({ text: "Two" });
    await screen.regenerate({ messageId: screen.messages[1]!.id });
    assert.deepEqual(texts(screen.messages), ["One", "This is answer 3."]);
    await assertLoadsAsShown(screen);
  },
);

flow(
  "an earlier message that is edited, and edited back",
  counting,
  async (server, sends) => {
    const screen = screenOf(server, { id: fresh("chat"), sends });
    await screen.sendMessage({ text: "One" });
    await screen.sendMessage({ text: "Two" });
    const messageId = screen.messages[0]!.id;
    await screen.sendMessage({ text: "Uno", messageId });
    assert.deepEqual(texts(screen.messages), ["Uno", "This is answer 3."]);
    await assertLoadsAsShown(screen);
    await screen.sendMessage({ text: "One", messageId });
    assert.deepEqual(texts(screen.messages), ["One", "This is answer 4."]);
    await assertLoadsAsShown(screen);
  },
);

const tools = {
  remove: tool({
    description: "Removes a file.",
    inputSchema: z.object({ path: z.string() }),
    needsApproval: true,
    execute: ({ path }) => ({ removed: path }),
  }),
};

for (const approved of [true, false]) {
  flow(
    `a tool that is ${approved ? "approved" : "refused"}`,
    () =>
      modelOf((_, index) =>
        index === 0 ? calling("remove", { path: "/tmp/x" }) : saying("Done.")
      ),
    async (server, sends) => {
      const screen = screenOf(server, {
        id: fresh("chat"),
        sends,
        sendAutomaticallyWhen:
          lastAssistantMessageIsCompleteWithApprovalResponses,
      });
      await screen.sendMessage({ text: "Remove it" });
      const asked = screen.messages[1]!.parts.find((part) =>
        part.type === "tool-remove"
      );
      assert.ok(asked?.type === "tool-remove");
      assert.ok(asked.state === "approval-requested");
      await assertLoadsAsShown(screen);

      await screen.addToolApprovalResponse({
        id: asked.approval.id,
        approved,
        reason: "because",
      });
      await idle(screen);
      assert.deepEqual(texts(screen.messages), ["Remove it", "Done."]);
      assert.deepEqual(
        screen.messages[1]!.parts.flatMap((part) =>
          part.type === "tool-remove" ? part.state : []
        ),
        [approved ? "output-available" : "output-denied"],
      );
      await assertLoadsAsShown(screen);

      await screen.sendMessage({ text: "Thanks" });
      await assertLoadsAsShown(screen);
    },
    { tools, storesSteps: true },
  );
}

flow(
  "a tool that the page runs, with another that fails",
  () =>
    modelOf((_, index) =>
      [calling("locate", {}), calling("count", { to: 3 })][index] ??
        saying("You are here.")
    ),
  async (server, sends) => {
    const screen = screenOf(server, {
      id: fresh("chat"),
      sends,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    await screen.sendMessage({ text: "Where am I?" });
    const [call] = screen.messages[1]!.parts.flatMap((part) =>
      part.type === "tool-locate" ? [part] : []
    );
    assert.equal(call?.state, "input-available");
    await assertLoadsAsShown(screen);
    await screen.addToolOutput({
      tool: "locate",
      toolCallId: call!.toolCallId,
      output: { latitude: 48.1, longitude: 11.5 },
    });
    await idle(screen);
    assert.equal(texts(screen.messages)[1], "You are here.");
    assert.match(JSON.stringify(screen.messages), /cannot count/);
    await assertLoadsAsShown(screen);
    assert.equal(screen.messages.length, 2);
  },
  {
    tools: {
      locate: tool({ inputSchema: z.object({}) }),
      count: tool({
        inputSchema: z.object({ to: z.number() }),
        execute: (): Promise<number> =>
          Promise.reject(new Error("I cannot count.")),
      }),
    },
  },
);

flow(
  "an answer that is stopped, and the turn after it",
  () =>
    modelOf((call, index) =>
      index === 0 ? hanging(call, "Once upon") : saying("The end.")
    ),
  async (server, sends) => {
    const screen = screenOf(server, { id: fresh("chat"), sends });
    const sent = screen.sendMessage({ text: "Tell me" });
    await until(() => texts(screen.messages)[1] === "Once upon");
    await screen.stop();
    await sent;
    await server.settled();
    await assertLoadsAsShown(screen);
    await screen.sendMessage({ text: "And then?" });
    assert.deepEqual(texts(screen.messages), [
      "Tell me",
      "Once upon",
      "And then?",
      "The end.",
    ]);
    await assertLoadsAsShown(screen);
  },
);

flow(
  "an answer that is stopped and regenerated",
  () =>
    modelOf((call, index) =>
      index === 0 ? hanging(call, "Once upon") : saying("The end.")
    ),
  async (server, sends) => {
    const screen = screenOf(server, { id: fresh("chat"), sends });
    const sent = screen.sendMessage({ text: "Tell me" });
    await until(() => texts(screen.messages)[1] === "Once upon");
    await screen.stop();
    await sent;
    await server.settled();
    await screen.regenerate();
    assert.deepEqual(texts(screen.messages), ["Tell me", "The end."]);
    await assertLoadsAsShown(screen);
  },
);

flow(
  "a page that is reloaded during an answer",
  () => {
    const begun = Promise.withResolvers<void>();
    goOn = begun.resolve;
    return modelOf(() =>
      new ReadableStream({
        async pull(controller) {
          await begun.promise;
          for (const chunk of saying("A long answer.")) {
            controller.enqueue(chunk);
          }
          controller.close();
        },
      })
    );
  },
  async (server, sends) => {
    const id = fresh("chat");
    const closed = screenOf(server, { id, sends });
    const sent = closed.sendMessage({ text: "Tell me" });
    const follower = client.conversation(id).follow();
    await follower.next();
    await closed.stop();
    await sent;
    const page = await loadMessages(client, id);
    assert.deepEqual(texts(page.messages), ["Tell me"]);

    goOn();
    await follower.next();
    await follower.return();
    const screen = screenOf(server, { id, ...await loadMessages(client, id) });
    assert.deepEqual(texts(screen.messages), ["Tell me", "A long answer."]);
    await server.settled();
    await assertLoadsAsShown(screen);
  },
  { goesOn: true },
);
let goOn = () => {};

/** Waits for a condition that a screen comes to. */
async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < end, "The screen has not come to this in 20 s.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until the screen has nothing to wait for. */
async function idle(screen: Chat<UIMessage>): Promise<void> {
  await until(() =>
    screen.status === "submitted" ||
    screen.messages.at(-1)!.parts.at(-1)!.type === "text"
  );
  await until(() => screen.status === "ready" || screen.status === "error");
}
