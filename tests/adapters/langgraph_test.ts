/** LangGraph's checkpointer beyond its own suite: graphs, several processes, how much is read, large states. */
import assert from "node:assert/strict";
import {
  Annotation,
  END,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import {
  type Checkpoint,
  type CheckpointTuple,
  emptyCheckpoint,
  uuid6,
} from "@langchain/langgraph-checkpoint";
import { checkpointPart } from "../../client/src/adapters/langgraph/checkpoint.ts";
import { ContinuumSaver } from "../../client/src/adapters/langgraph/index.ts";
import {
  checkpointName,
  writesName,
  type WritesPart,
} from "../../client/src/adapters/langgraph/parts.ts";
import { inputOf, Thread } from "../../client/src/adapters/langgraph/thread.ts";
import { stored } from "../../client/src/adapters/langgraph/values.ts";
import { nameOf } from "../../client/src/adapters/shared/names.ts";
import type { MessageInput } from "../../client/src/index.ts";
import { clientOf, newClient } from "../client/clients.ts";
import { first, unreliableNetwork } from "../client/unreliable_network.ts";
import { fresh } from "../support/http.ts";
import { runAs } from "./processes.ts";

const { client: continuum, user } = await newClient("owner");

/** A saver that knows nothing, as in a new process. */
const newSaver = () => new ContinuumSaver({ continuum });

/** A client that counts its requests and the messages in their answers. */
function countingSaver() {
  const counts = { requests: 0, messages: 0 };
  const client = clientOf(user, {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      counts.requests++;
      const body = await response.clone().json();
      counts.messages += body.messages?.length ?? (body.seq ? 1 : 0);
      return response;
    },
  });
  return { saver: new ContinuumSaver({ continuum: client }), counts };
}

const metadata = { source: "loop", step: 0, parents: {} } as const;

function checkpointOf(values: Record<string, unknown>): Checkpoint {
  return {
    ...emptyCheckpoint(),
    id: uuid6(0),
    channel_values: values,
    channel_versions: Object.fromEntries(
      Object.keys(values).map((channel) => [channel, 1]),
    ),
  };
}

/** The id of the `n`th checkpoint of a long thread. */
const idOf = (n: number) => uuid6(0).replace(/^.{8}/, `${n + 1e7}`);

/**
 * A chain of `count` checkpoints, some of which have a write, as the saver would have stored them one by one. The last
 * is stored by the saver.
 */
async function threadOf(count: number): Promise<[id: string, ids: string[]]> {
  const thread_id = fresh("thread");
  const ids = Array.from({ length: count }, (_, n) => idOf(n));
  const conversation = continuum.conversation(
    await nameOf("langgraph/", [thread_id]),
  );
  const thread = new Thread(thread_id, conversation);
  const saver = newSaver();
  const stepOf = async (n: number) => {
    const checkpoint = checkpointOf({ step: n, constant: "the first's" });
    checkpoint.id = ids[n]!;
    const part = await checkpointPart(thread, saver.serde, {
      ns: "",
      parentId: ids[n - 1] ?? null,
      checkpoint,
      metadata: { ...metadata, step: n },
      newVersions: n === 0 ? { step: 1, constant: 1 } : { step: 1 },
      pieces: new Map(),
    });
    const name = await checkpointName("", checkpoint.id);
    thread.checkpoints.set(name, part);
    if (count > 1000 && Math.abs(n - (count >> 1)) > 5) {
      return [inputOf({ name, part })];
    }
    const writes: WritesPart = {
      type: "langgraph_writes",
      checkpoint_ns: "",
      checkpoint_id: checkpoint.id,
      number: 0,
      task_id: "task",
      task_path: "",
      writes: [{
        index: 0,
        channel_id: "step",
        value: await stored(saver.serde, n + 1, new Map()),
      }],
    };
    return [
      inputOf({ name, part }),
      inputOf({ name: await writesName(name, 0), part: writes }),
    ];
  };
  let rows: MessageInput[] = [];
  for (let n = 0; n < count - 1; n++) {
    rows.push(...await stepOf(n));
    if (rows.length < 99 && n < count - 2) continue;
    await conversation.append(rows);
    rows = [];
  }
  const last = checkpointOf({ step: count - 1, constant: "the first's" });
  last.id = ids.at(-1)!;
  const parent = { thread_id, checkpoint_ns: "", checkpoint_id: ids.at(-2) };
  const config = await saver.put(
    { configurable: parent },
    last,
    { ...metadata, step: count - 1 },
    { step: 1 },
  );
  await saver.putWrites(config, [["step", count]], "task");
  return [thread_id, ids];
}

async function newest(saver: ContinuumSaver, thread_id: string) {
  return (await saver.getTuple({ configurable: { thread_id } }))!;
}

async function listed(
  saver: ContinuumSaver,
  thread_id: string,
  options?: Parameters<ContinuumSaver["list"]>[1],
): Promise<CheckpointTuple[]> {
  return await Array.fromAsync(
    saver.list({ configurable: { thread_id } }, options),
  );
}

Deno.test("reading a checkpoint takes as much at 10,000 checkpoints as at 10, the newest or an old one", async () => {
  const read = async (count: number) => {
    const [thread_id, ids] = await threadOf(count);
    const start = performance.now();
    const { saver, counts } = countingSaver();
    const { checkpoint, pendingWrites } = await newest(saver, thread_id);
    assert.equal(checkpoint.id, ids.at(-1));
    assert.deepEqual(checkpoint.channel_values, {
      step: count - 1,
      constant: "the first's",
    });
    assert.deepEqual(pendingWrites, [["task", "step", count]]);
    const ofNewest = { ...counts, ms: performance.now() - start };

    const old = countingSaver();
    const checkpoint_id = ids[count >> 1];
    const tuple = await old.saver.getTuple({
      configurable: { thread_id, checkpoint_id },
    });
    assert.equal(tuple?.checkpoint.channel_values.step, count >> 1);
    assert.deepEqual(tuple?.pendingWrites, [[
      "task",
      "step",
      (count >> 1) + 1,
    ]]);
    assert.deepEqual(tuple?.parentConfig?.configurable, {
      thread_id,
      checkpoint_ns: "",
      checkpoint_id: ids[(count >> 1) - 1],
    });

    const list = countingSaver();
    const options = { limit: 3, before: { configurable: { checkpoint_id } } };
    const before = await listed(list.saver, thread_id, options);
    assert.deepEqual(
      before.map(({ checkpoint }) => checkpoint.id),
      ids.slice(0, count >> 1).toReversed().slice(0, 3),
    );
    return { ofNewest, ofOld: old.counts, ofList: list.counts };
  };
  const few = await read(10);
  const many = await read(10_000);
  console.log(few, many);
  for (const what of ["requests", "messages"] as const) {
    assert.equal(many.ofNewest[what], few.ofNewest[what]);
    assert.equal(many.ofOld[what], few.ofOld[what]);
  }
  // The newest: a head, a checkpoint, its writes and the checkpoint that has the constant.
  assert.equal(many.ofNewest.messages, 4);
  assert.ok(many.ofList.messages <= 40, `${many.ofList.messages}`);
});

Deno.test("a graph is interrupted in one process and goes on in another, which runs only what is left", async () => {
  const thread_id = fresh("thread");
  const graph = (...args: string[]) =>
    runAs(user, "langgraph_process.ts", thread_id, ...args);
  const drafts = ["draft of a", "draft of b", "draft of c"];
  assert.deepEqual(await graph(), {
    ran: ["plan", "draft a", "draft b", "draft c"],
    values: { topics: ["a", "b", "c"], drafts },
    next: ["review"],
    asked: ["Are these good?"],
  });
  assert.deepEqual(await graph("very"), {
    ran: ["review"],
    values: { topics: ["a", "b", "c"], drafts, verdict: "very" },
    next: [],
    asked: [],
  });
});

/** A graph of one node that counts, with a saver that knows nothing. */
function counter() {
  const State = Annotation.Root({
    n: Annotation<number>,
    constant: Annotation<string>,
  });
  return new StateGraph(State)
    .addNode("count", ({ n }) => ({ n: n + 1 }))
    .addEdge(START, "count")
    .addEdge("count", END)
    .compile({ checkpointer: newSaver() });
}

Deno.test("a run that begins at an old checkpoint is a branch: each has its own values, and what was before them", async () => {
  const config = { configurable: { thread_id: fresh("thread") } };
  await counter().invoke({ n: 0, constant: "c" }, config);
  await counter().invoke({ n: 10 }, config);
  const history = await Array.fromAsync(counter().getStateHistory(config));
  assert.deepEqual(
    history.map(({ values }) => values.n),
    [11, 10, 1, 1, 0, undefined],
  );
  const first = history.find(({ values }) => values.n === 1)!;
  const branch = await counter().updateState(first.config, { n: 5 });
  await counter().updateState(first.config, { n: 6 });
  assert.deepEqual((await counter().getState(branch)).values, {
    n: 5,
    constant: "c",
  });
  assert.deepEqual((await counter().getState(config)).values, {
    n: 6,
    constant: "c",
  });
  const copy = await counter().updateState(first.config, null, "__copy__");
  assert.deepEqual((await counter().getState(copy)).values, {
    n: 1,
    constant: "c",
  });
  assert.deepEqual((await counter().getState(history[0]!.config)).values, {
    n: 11,
    constant: "c",
  });
});

Deno.test("copies of checkpoints of two branches have the values of their own branch", async () => {
  const config = { configurable: { thread_id: fresh("thread") } };
  const graph = counter();
  await graph.invoke({ n: 0, constant: "c" }, config);
  const { config: first } = await graph.getState(config);
  const branches = [];
  for (const n of [5, 6]) branches.push(await graph.updateState(first, { n }));
  for (const reader of [graph, counter()]) {
    const values = [];
    for (const branch of branches) {
      const copy = await reader.updateState(branch, null, "__copy__");
      values.push((await counter().getState(copy)).values.n);
    }
    assert.deepEqual(values, [5, 6]);
  }
});

Deno.test("a subgraph has checkpoints of its own, and is found again by a run that begins anew", async () => {
  const build = () => {
    const inner = new StateGraph(MessagesAnnotation)
      .addNode("answer", ({ messages }) => ({
        messages: [{ role: "ai", content: `answer ${messages.length}` }],
      }))
      .addEdge(START, "answer")
      .compile({ checkpointer: true });
    return new StateGraph(MessagesAnnotation)
      .addNode("agent", inner)
      .addEdge(START, "agent")
      .compile({ checkpointer: newSaver() });
  };
  const config = { configurable: { thread_id: fresh("thread") } };
  for (const content of ["one", "two"]) {
    await build().invoke({ messages: [{ role: "user", content }] }, config);
  }
  const { values } = await build().getState(config);
  assert.deepEqual(
    values.messages.map(({ content }: { content: string }) => content),
    ["one", "answer 1", "two", "answer 3"],
  );
  const namespaces = new Set<string>();
  for await (const tuple of newSaver().list(config)) {
    namespaces.add(tuple.config.configurable?.checkpoint_ns);
  }
  assert.deepEqual([...namespaces].sort(), ["", "agent"]);
});

Deno.test("writes of a task count once, whoever repeats them; interrupts and errors are replaced", async () => {
  const saver = newSaver();
  const config = await saver.put(
    { configurable: { thread_id: fresh("thread") } },
    checkpointOf({}),
    metadata,
    {},
  );
  await saver.putWrites(config, [["a", 1], ["b", 2]], "task-1");
  await newSaver().putWrites(config, [["a", 8], ["b", 9]], "task-1");
  await saver.putWrites(config, [["__interrupt__", "first"]], "task-2");
  await newSaver().putWrites(config, [["__interrupt__", "second"]], "task-2");
  const tuple = await newSaver().getTuple(config);
  assert.deepEqual(tuple?.pendingWrites, [
    ["task-1", "a", 1],
    ["task-1", "b", 2],
    ["task-2", "__interrupt__", "second"],
  ]);
});

Deno.test("writes of many tasks at once, of three processes, are all there, in the order of their paths", async () => {
  const savers = [newSaver(), newSaver(), newSaver()];
  const config = await savers[0]!.put(
    { configurable: { thread_id: fresh("thread") } },
    checkpointOf({}),
    metadata,
    {},
  );
  const tasks = Array.from(
    { length: 60 },
    (_, n) => String(n).padStart(2, "0"),
  );
  await Promise.all(
    tasks.map((task, n) =>
      savers[n % 3]!.putWrites(
        config,
        [["a", n]],
        `task-${task}`,
        `path-${task}`,
      )
    ),
  );
  const { pendingWrites } = (await newSaver().getTuple(config))!;
  assert.deepEqual(
    pendingWrites,
    tasks.map((task, n) => [`task-${task}`, "a", n]),
  );
  const [tuple] = await listed(newSaver(), config.configurable!.thread_id);
  assert.deepEqual(tuple?.pendingWrites, pendingWrites);
  const conversation = continuum.conversation(
    `langgraph/${config.configurable!.thread_id}`,
  );
  // A checkpoint, a head, and each write once.
  assert.equal((await conversation.messages().all()).length, 62);
});

Deno.test("writes to an old checkpoint are found, however many checkpoints came after it", async () => {
  const [thread_id, ids] = await threadOf(60);
  const config = {
    configurable: { thread_id, checkpoint_ns: "", checkpoint_id: ids[3] },
  };
  await newSaver().putWrites(config, [["late", true]], "late");
  const expected = [["late", "late", true], ["task", "step", 4]];
  const tuple = await newSaver().getTuple(config);
  assert.deepEqual(tuple?.pendingWrites, expected);
  const all = await listed(newSaver(), thread_id);
  assert.equal(all.length, 60);
  const old = (tuples: CheckpointTuple[]) =>
    tuples.find(({ checkpoint }) => checkpoint.id === ids[3])?.pendingWrites;
  assert.deepEqual(old(all), expected);
  const before = { configurable: { thread_id, checkpoint_id: ids[5] } };
  assert.deepEqual(
    old(await listed(newSaver(), thread_id, { before })),
    expected,
  );
});

Deno.test("a state of many MiB is kept whole, and only what has changed of it is stored again", async () => {
  const thread_id = fresh("thread");
  const { saver } = countingSaver();
  const lines = Array.from(
    { length: 60_000 },
    (_, n) => `${n} \ud83d\ude00 ${"x".repeat(100)}`,
  );
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const first = checkpointOf({ lines, bytes: [bytes, bytes], small: 1 });
  const config = await saver.put(
    { configurable: { thread_id } },
    first,
    metadata,
    first.channel_versions as Record<string, number>,
  );
  const sizeOf = async () => {
    const { checkpoint } = await newest(newSaver(), thread_id);
    assert.deepEqual(checkpoint.channel_values.bytes, [bytes, bytes]);
    let size = 0;
    for await (
      const line of continuum.conversation(`langgraph/${thread_id}`).export()
    ) {
      size += JSON.stringify(line).length;
    }
    return { size, checkpoint };
  };
  const before = await sizeOf();
  assert.deepEqual(before.checkpoint, first);

  const second = checkpointOf({
    ...first.channel_values,
    lines: [...lines, "one more"],
  });
  await saver.put(config, second, metadata, { lines: 1 });
  const after = await sizeOf();
  assert.deepEqual(after.checkpoint, second);
  assert.ok(before.size > 6_000_000, `${before.size}`);
  assert.ok(after.size - before.size < 200_000, `${after.size - before.size}`);
});

Deno.test("what a serializer gives is kept byte by byte, and so are ids of every kind", async () => {
  const text = "a\0b \ud800 \u001a é";
  const saver = newSaver();
  const thread_id = `${fresh("thread")}/${text}/${"long ".repeat(80)}`;
  const checkpoint = checkpointOf({
    [text]: { text, date: new Date(0).toISOString(), set: new Set([1, text]) },
    binary: new Uint8Array([0, 128, 255, 254]),
    huge: 2 ** 70,
  });
  const config = await saver.put(
    { configurable: { thread_id, checkpoint_ns: text } },
    checkpoint,
    { ...metadata, parents: { [text]: text } },
    checkpoint.channel_versions as Record<string, number>,
  );
  await saver.putWrites(config, [[text, text]], text, text);
  const tuple = await newSaver().getTuple(config);
  assert.deepEqual(tuple?.checkpoint.channel_values, checkpoint.channel_values);
  assert.deepEqual(tuple?.pendingWrites, [[text, text, text]]);
  assert.deepEqual(tuple?.metadata?.parents, { [text]: text });
  const all = await Array.fromAsync(newSaver().list({ configurable: {} }));
  assert.ok(
    all.some(({ config }) => config.configurable?.thread_id === thread_id),
  );
});

Deno.test("a thread that was deleted by another process begins anew, with every large value and write", async () => {
  const thread_id = fresh("thread");
  const saver = newSaver();
  const config = { configurable: { thread_id } };
  const large = checkpointOf({ text: "x".repeat(200_000) });
  const store = async () => {
    const at = await saver.put(config, large, metadata, { text: 1 });
    await saver.putWrites(at, [["a", 1]], "task-1");
    await saver.putWrites(at, [["a", 1]], "task-2");
    const tuple = await newest(newSaver(), thread_id);
    assert.deepEqual(tuple.checkpoint, large);
    assert.deepEqual(tuple.pendingWrites, [["task-1", "a", 1], [
      "task-2",
      "a",
      1,
    ]]);
  };
  await store();
  await newSaver().deleteThread(thread_id);
  assert.equal(await saver.getTuple(config), undefined);
  await store();
});

Deno.test("over a network that loses answers, checkpoints and writes are stored once", async () => {
  const thread_id = fresh("thread");
  await using network = await unreliableNetwork();
  const saver = new ContinuumSaver({
    continuum: clientOf(user, { retries: 1 }, network.at),
  });
  const checkpoint = checkpointOf({ text: "x" });
  network.fail(first("POST", "unanswered"));
  const config = await saver.put(
    { configurable: { thread_id } },
    checkpoint,
    metadata,
    { text: 1 },
  );
  network.fail(first("POST", "unanswered"));
  await saver.putWrites(config, [["text", "y"]], "task-1");
  // The call fails, although it was carried out, and is repeated.
  network.fail(first("POST", "unanswered", "unanswered"));
  await assert.rejects(saver.putWrites(config, [["text", "z"]], "task-2"));
  await saver.putWrites(config, [["text", "z"]], "task-2");
  const [tuple, ...others] = await listed(newSaver(), thread_id);
  assert.deepEqual(others, []);
  assert.deepEqual(tuple?.checkpoint, checkpoint);
  assert.deepEqual(tuple?.pendingWrites, [
    ["task-1", "text", "y"],
    ["task-2", "text", "z"],
  ]);
});

Deno.test("messages that others append to a thread, and rows that were erased, do not disturb it", async () => {
  const [thread_id, ids] = await threadOf(4);
  const conversation = continuum.conversation(`langgraph/${thread_id}`);
  await conversation.append([
    { role: "user", content: "Hello" },
    { role: "user", parts: [{ type: "text", text: "Hello" }] },
  ]);
  await conversation.erase(await checkpointName("", ids[1]!));
  const tuples = await listed(newSaver(), thread_id);
  assert.deepEqual(
    tuples.map(({ checkpoint }) => checkpoint.id),
    [ids[3], ids[2], ids[0]],
  );
  // It has a value that the others refer to.
  await conversation.erase(await checkpointName("", ids[0]!));
  await assert.rejects(newest(newSaver(), thread_id), /missing/);
});

Deno.test("threads live as long as they are told to", async () => {
  const thread_id = fresh("thread");
  const saver = new ContinuumSaver({ continuum, ttlSeconds: 3600 });
  await saver.put(
    { configurable: { thread_id } },
    checkpointOf({}),
    metadata,
    {},
  );
  const { conversation } = await continuum.conversation(
    `langgraph/${thread_id}`,
  ).get();
  assert.equal(conversation?.ttl_seconds, 3600);
});

Deno.test("states are not found by a search for messages", async () => {
  const saver = newSaver();
  const word = `zebra${crypto.randomUUID().slice(0, 8)}`;
  const checkpoint = checkpointOf({ messages: [`a ${word} ran`] });
  const config = await saver.put(
    { configurable: { thread_id: fresh("thread") } },
    checkpoint,
    metadata,
    { messages: 1 },
  );
  await saver.putWrites(config, [["messages", `two ${word}s`]], "task");
  assert.deepEqual(await continuum.search(word).all(), []);
});
