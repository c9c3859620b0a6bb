/** Reads from a replica: what is old is not taken for an answer to a reader who knows of more. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, request } from "../support/http.ts";
import { ownStack } from "./own_stack.ts";
import { until } from "./processes.ts";
import { type Standby, startStandby } from "./standby.ts";

/** What the functions have asked the replica for: the SQL functions' names. */
const asked: string[] = [];
let standby: Standby | null = null;

const replica = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => {
    asked.push(new URL(request.url).pathname.split("/").at(-1) ?? "");
    return await standby?.fetch(request) ?? new Response("", { status: 503 });
  },
);
Deno.test.afterAll(() => replica.shutdown());

const { stack, at } = await ownStack({
  functionsEnv: { CONTINUUM_READ_URL: `http://127.0.0.1:${replica.addr.port}` },
});
const owner = await signUp("owner", at);
const stranger = await signUp("stranger", at);

const path = "conversation-history/plan";
const reads: Record<string, string> = {
  list_conversations: "conversation-history",
  search_messages: "conversation-history?q=alpha",
  read_history: `${path}?at_least=1`,
  export_messages: `${path}/export`,
};

async function read(url: string, as = owner): Promise<string> {
  const answer = await request(as, url, { at });
  assert.equal(answer.status, 200, url);
  return answer.text;
}

Deno.test("without the replica, the primary answers", async () => {
  await append(owner, "plan", ["alpha"], { at });
  for (const url of Object.values(reads)) {
    assert.match(await read(url), /plan|alpha/);
  }
  assert.deepEqual(
    asked,
    ["list_conversations"],
    "it is left alone for a while",
  );
});

Deno.test("with a replica", async (t) => {
  await using started = await startStandby(stack);
  standby = started;
  await started.catchUp();
  await until(async () => {
    asked.length = 0;
    await read("conversation-history");
    return asked.length > 0;
  }, 30);

  for (const [name, url] of Object.entries(reads)) {
    await t.step(
      `${name} reads from it, under row level security`,
      async () => {
        asked.length = 0;
        assert.match(await read(url), /plan|alpha/);
        assert.ok(asked.includes(name));
      },
    );
  }
  await t.step("a stranger reads nothing from it", async () => {
    assert.equal(
      JSON.parse(await read(`${path}?at_least=1`, stranger)).conversation,
      null,
    );
    assert.deepEqual(JSON.parse(await read("conversation-history", stranger)), {
      conversations: [],
      next_cursor: null,
    });
  });

  await t.step("a page without at_least is not asked of it", async () => {
    asked.length = 0;
    await read(path);
    assert.deepEqual(asked, []);
  });

  await started.pause();
  await append(owner, "plan", ["beta"], { at });
  await append(owner, "new", ["gamma"], { at });

  await t.step("one that is behind answers what it has", async () => {
    const page = JSON.parse(await read(`${path}?at_least=1`));
    assert.equal(page.conversation.last_seq, 1);
    assert.doesNotMatch(await read("conversation-history"), /"new"/);
  });
  await t.step("one that is behind at_least is no answer", async () => {
    for (const url of [`${path}?at_least=2`, `${path}?view=log&at_least=2`]) {
      const page = JSON.parse(await read(url));
      assert.equal(page.conversation.last_seq, 2);
      assert.equal(page.messages.length, 2);
    }
  });
  await t.step("nor for a conversation that it does not know of", async () => {
    const page = JSON.parse(await read("conversation-history/new?at_least=1"));
    assert.equal(page.messages[0].content, "gamma");
    assert.match(await read("conversation-history/new/export"), /gamma/);
  });
  await t.step("an export is complete although it is behind", async () => {
    const lines = (await read(`${path}/export`)).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).type),
      ["conversation", "message", "message", "end"],
    );
  });
  await t.step("once it has caught up, it answers", async () => {
    await started.catchUp();
    asked.length = 0;
    const page = JSON.parse(await read(`${path}?at_least=2`));
    assert.equal(page.conversation.last_seq, 2);
    assert.deepEqual(asked, ["read_history"]);
  });
  await t.step(
    "a search for what reads like a filter is answered",
    async () => {
      await append(owner, "odd", ["eq.delta is.null"], { at });
      assert.match(await read("conversation-history?q=eq.delta"), /delta/);
    },
  );
});
