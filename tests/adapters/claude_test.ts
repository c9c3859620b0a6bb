/** The store for sessions of the Claude Agent SDK: what the SDK relies on, and what it gets beyond that. */
import assert from "node:assert/strict";
import {
  ContinuumSessionStore,
  type FoldSummary,
  type SessionKey,
  type SessionStoreEntry,
} from "../../client/src/adapters/claude/index.ts";
import { clientOf, newClient } from "../client/clients.ts";
import { first, unreliableNetwork } from "../client/unreliable_network.ts";
import { fresh } from "../support/http.ts";

const { client: continuum, user } = await newClient("owner");

/** A store that knows nothing, as in a new process. */
const newStore = () => new ContinuumSessionStore({ continuum });

const newKey = (): SessionKey => ({
  projectKey: fresh("project"),
  sessionId: crypto.randomUUID(),
});

function entry(text: unknown, more: object = {}): SessionStoreEntry {
  return {
    type: "user",
    uuid: crypto.randomUUID(),
    timestamp: new Date().toISOString(),
    message: { role: "user", content: text },
    ...more,
  };
}

const entries = (count: number) =>
  Array.from({ length: count }, (_, n) => entry(`${n}`));
const title = (text: string): SessionStoreEntry => ({
  type: "custom-title",
  customTitle: text,
});

// What a store has to do.

Deno.test("a transcript loads as the entries that were appended, in their order", async () => {
  const key = newKey();
  const all = [
    ...entries(3),
    title("A title"),
    entry([{ type: "text", text: "é" }]),
  ];
  await newStore().append(key, all);
  assert.deepEqual(await newStore().load(key), all);
});

Deno.test("a transcript that nobody has written loads as null", async () => {
  assert.equal(await newStore().load(newKey()), null);
  assert.equal(await newStore().load({ ...newKey(), subpath: "x" }), null);
});

Deno.test("appends one after another keep their order, from one process or several", async () => {
  const key = newKey();
  const all = entries(6);
  const store = newStore();
  await store.append(key, all.slice(0, 1));
  await store.append(key, all.slice(1, 3));
  await newStore().append(key, all.slice(3, 5));
  await store.append(key, all.slice(5));
  assert.deepEqual(await newStore().load(key), all);
});

Deno.test("an append of nothing leaves nothing behind", async () => {
  const key = newKey();
  await newStore().append(key, []);
  assert.equal(await newStore().load(key), null);
  assert.deepEqual(await newStore().listSessions(key.projectKey), []);
});

Deno.test("the transcripts of a session's subagents are apart from its own and from each other", async () => {
  const key = newKey();
  const subpaths = ["subagents/agent-1", "subagents/agent-2", "a/b c?#%é"];
  const [own, ...others] = entries(4);
  await newStore().append(key, [own!]);
  for (const [n, subpath] of subpaths.entries()) {
    await newStore().append({ ...key, subpath }, [others[n]!]);
  }
  assert.deepEqual(await newStore().load(key), [own]);
  for (const [n, subpath] of subpaths.entries()) {
    assert.deepEqual(await newStore().load({ ...key, subpath }), [others[n]]);
  }
});

Deno.test("the same session id in another project is another session", async () => {
  const key = newKey();
  const other = { ...key, projectKey: fresh("project") };
  const [one, two] = entries(2);
  await newStore().append(key, [one!]);
  await newStore().append(other, [two!]);
  assert.deepEqual(await newStore().load(key), [one]);
  assert.deepEqual(await newStore().load(other), [two]);
  assert.equal((await newStore().listSessions(key.projectKey)).length, 1);
});

Deno.test("a list has every session of a project, with the time of its last append", async () => {
  const key = newKey();
  const before = Date.now() - 60_000;
  const ids = Array.from({ length: 3 }, () => crypto.randomUUID()).sort();
  for (const sessionId of ids) {
    await newStore().append({ ...key, sessionId }, entries(1));
  }
  const list = async () =>
    (await newStore().listSessions(key.projectKey))
      .toSorted((a, b) => a.sessionId < b.sessionId ? -1 : 1);
  const first = await list();
  assert.deepEqual(first.map(({ sessionId }) => sessionId), ids);
  for (const { mtime } of first) {
    assert.ok(Number.isInteger(mtime) && mtime > before, `${mtime}`);
  }
  await newStore().append({ ...key, sessionId: ids[0]! }, entries(1));
  const second = await list();
  assert.ok(second[0]!.mtime > first[0]!.mtime);
  assert.equal(second[1]!.mtime, first[1]!.mtime);
});

Deno.test("a list leaves out the transcripts of subagents", async () => {
  const key = newKey();
  await newStore().append({ ...key, subpath: "subagents/agent-1" }, entries(1));
  assert.deepEqual(await newStore().listSessions(key.projectKey), []);
});

Deno.test("a deleted session loads as null and is in no list; deleting it again is no error", async () => {
  const key = newKey();
  await newStore().append(key, entries(2));
  await newStore().delete(key);
  assert.equal(await newStore().load(key), null);
  assert.deepEqual(await newStore().listSessions(key.projectKey), []);
  await newStore().delete(key);
});

Deno.test("deleting a session deletes its subagents' transcripts, and no other session", async () => {
  const key = newKey();
  const other = { ...key, sessionId: crypto.randomUUID() };
  const subpath = "subagents/agent-1";
  for (const each of [key, other]) {
    await newStore().append(each, entries(1));
    await newStore().append({ ...each, subpath }, entries(1));
  }
  await newStore().delete(key);
  assert.equal(await newStore().load({ ...key, subpath }), null);
  assert.equal((await newStore().load(other))?.length, 1);
  assert.equal((await newStore().load({ ...other, subpath }))?.length, 1);
});

Deno.test("deleting a subagent's transcript leaves the session and its other transcripts", async () => {
  const key = newKey();
  for (const subpath of [undefined, "a", "b"]) {
    await newStore().append({ ...key, ...subpath && { subpath } }, entries(1));
  }
  await newStore().delete({ ...key, subpath: "a" });
  assert.deepEqual(await newStore().listSubkeys(key), ["b"]);
  assert.equal((await newStore().load(key))?.length, 1);
  assert.equal((await newStore().load({ ...key, subpath: "b" }))?.length, 1);
});

Deno.test("a session's subpaths are listed, without those of others and without itself", async () => {
  const key = newKey();
  assert.deepEqual(await newStore().listSubkeys(key), []);
  await newStore().append(key, entries(1));
  assert.deepEqual(await newStore().listSubkeys(key), []);
  const other = { ...key, sessionId: crypto.randomUUID() };
  await newStore().append({ ...other, subpath: "other" }, entries(1));
  for (const subpath of ["b", "a"]) {
    await newStore().append({ ...key, subpath }, entries(1));
  }
  assert.deepEqual((await newStore().listSubkeys(key)).sort(), ["a", "b"]);
});

/** Counts entries and keeps the last title, as the SDK's own does much more. */
const foldSummary: FoldSummary = (
  previous,
  { sessionId },
  entries,
  options,
) => {
  const { count = 0, title } = previous?.data ?? {};
  const last = entries.findLast(({ customTitle }) => customTitle !== undefined);
  return {
    sessionId,
    mtime: options?.mtime ?? 0,
    data: {
      count: Number(count) + entries.length,
      title: last?.customTitle ?? title ?? "\0",
    },
  };
};

Deno.test("summaries are those of the entries so far, with the times of the list, and are read from where they were", async () => {
  const key = newKey();
  const folded: number[] = [];
  const store = () =>
    new ContinuumSessionStore({
      continuum,
      foldSummary: (previous, key, entries, options) => {
        folded.push(entries.length);
        return foldSummary(previous, key, entries, options);
      },
    });
  const summaries = async () => {
    const list = await store().listSessionSummaries!(key.projectKey);
    const times = await store().listSessions(key.projectKey);
    assert.deepEqual(
      list.map(({ sessionId, mtime }) => ({ sessionId, mtime })),
      times,
    );
    return list.map(({ data }) => data);
  };
  assert.equal(newStore().listSessionSummaries, undefined);
  assert.deepEqual(await summaries(), []);
  await store().append(key, entries(3));
  await store().append({ ...key, subpath: "a" }, entries(1));
  assert.deepEqual(await summaries(), [{ count: 3, title: "\0" }]);
  await store().append(key, [title("One"), ...entries(1)]);
  assert.deepEqual(await summaries(), [{ count: 5, title: "One" }]);
  assert.deepEqual(await summaries(), [{ count: 5, title: "One" }]);
  assert.deepEqual(folded, [3, 2]);
  assert.equal((await store().load(key))?.length, 5);
});

// Beyond that.

Deno.test("eight writers at once: no entry is lost, and each one's are in its order", async () => {
  const key = newKey();
  const written = Array.from({ length: 8 }, () => entries(12));
  await Promise.all(written.map(async (mine) => {
    const store = newStore();
    for (let at = 0; at < mine.length; at += 3) {
      await store.append(key, mine.slice(at, at + 3));
    }
  }));
  const loaded = (await newStore().load(key))!;
  assert.equal(loaded.length, 96);
  for (const mine of written) {
    const ids = new Set(mine.map(({ uuid }) => uuid));
    assert.deepEqual(loaded.filter(({ uuid }) => ids.has(uuid)), mine);
  }
});

Deno.test("a batch that is appended again is stored once, by another process too", async () => {
  const key = newKey();
  const batch = [
    ...entries(2),
    title("One"),
    title("Two"),
    ...entries(1),
    title("One"),
  ];
  await newStore().append(key, batch);
  await newStore().append(key, batch);
  await newStore().append(key, [...batch.slice(0, 3)]);
  assert.deepEqual(await newStore().load(key), batch);
});

Deno.test("an entry that is appended again with its uuid and other content takes the place of the first", async () => {
  const key = newKey();
  const [one, two] = entries(2);
  await newStore().append(key, [one!, two!]);
  const changed = { ...one!, toolUseResult: "late" };
  await newStore().append(key, [changed]);
  assert.deepEqual(await newStore().load(key), [changed, two]);
  const again = { ...two!, isMeta: true };
  await newStore().append(key, [two!, entry("x", { uuid: "x" }), again]);
  assert.deepEqual(
    (await newStore().load(key))!.map(({ uuid, isMeta }) => [uuid, isMeta]),
    [[one!.uuid, undefined], [two!.uuid, true], ["x", undefined]],
  );
});

Deno.test("entries without a uuid are stored each time, but for a batch that is repeated after a failure", async () => {
  const key = newKey();
  const mode: SessionStoreEntry = { type: "mode", mode: "plan" };
  await newStore().append(key, [mode]);
  await newStore().append(key, [mode]);
  await using network = await unreliableNetwork(
    first("POST", "unanswered", "unanswered", "unanswered"),
  );
  const store = new ContinuumSessionStore({
    continuum: clientOf(user, { retries: 0 }, network.at),
  });
  for (let tries = 0; tries < 3; tries++) {
    await assert.rejects(store.append(key, [mode, mode]));
  }
  await store.append(key, [mode, mode]);
  await store.append(key, [mode, mode]);
  assert.equal((await newStore().load(key))!.length, 6);
});

Deno.test("500 entries are appended in their order; a repetition after a cut in the middle stores what is missing", async () => {
  const key = newKey();
  const all = Array.from(
    { length: 500 },
    (_, n) => n % 7 === 0 ? title(`${n}`) : entry(`${n}`),
  );
  let requests = 0;
  await using network = await unreliableNetwork(({ method }) =>
    method === "POST" && ++requests === 3 ? "unanswered" : null
  );
  const store = new ContinuumSessionStore({
    continuum: clientOf(user, { retries: 0 }, network.at),
  });
  await assert.rejects(store.append(key, all));
  await store.append(key, all);
  assert.deepEqual(await newStore().load(key), all);
  assert.equal(requests, 8);
});

Deno.test("what PostgreSQL and JSON cannot hold comes back as it was", async () => {
  const key = newKey();
  const deep = Array.from({ length: 300 }).reduce<unknown>(
    (inner) => ({ inner }),
    "\0",
  );
  const all = [
    entry("a\0b"),
    entry("\ud800 and \udc00 and \ud83d\ude00"),
    entry("\u001a \u001a0000 \u001ad800", {
      "key \0 \u001a": { "\u001a": "number:1" },
    }),
    entry({
      integer: 2 ** 53 + 2,
      huge: 1e300,
      tiny: 5e-324,
      negative: -0,
      big: 12345678901234567890n,
    }),
    entry({
      nan: NaN,
      infinity: -Infinity,
      nothing: null,
      empty: {},
      none: [],
    }),
    entry(deep),
    entry(JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}')),
    entry("", { uuid: "not \0 a uuid ".repeat(40) }),
  ];
  await newStore().append(key, all);
  await newStore().append(key, all);
  assert.deepEqual(await newStore().load(key), all);
});

Deno.test("entries of any size come back: many MiB of text, or many values", async () => {
  const key = newKey();
  const all = [
    entry("before"),
    entry('\ud83d\ude00"\\\n\0é'.repeat(150_000)),
    entry(Array.from({ length: 300_000 }, (_, n) => n)),
    { type: "attachment", data: "x".repeat(5_000_000) },
    entry("after"),
  ];
  await newStore().append(key, all);
  await newStore().append(key, all);
  assert.deepEqual(await newStore().load(key), all);
  const store = new ContinuumSessionStore({ continuum, foldSummary });
  const [summary] = await store.listSessionSummaries!(key.projectKey);
  assert.equal(summary?.data.count, 5);
});

Deno.test("keys of any length and with any characters are told apart", async () => {
  const long = "p".repeat(300);
  const keys: SessionKey[] = [
    { projectKey: `${long}1`, sessionId: "s" },
    { projectKey: `${long}2`, sessionId: "s" },
    { projectKey: `${long}2`, sessionId: "s", subpath: "x/".repeat(200) },
    { projectKey: fresh("a/b"), sessionId: "c" },
    { projectKey: fresh("a"), sessionId: "b/c" },
    { projectKey: fresh("é"), sessionId: "\0 \ud800" },
    { projectKey: fresh("e\u0301"), sessionId: ".." },
  ];
  for (const key of keys) {
    await newStore().append(key, [entry(JSON.stringify(key))]);
  }
  for (const key of keys) {
    const loaded = await newStore().load(key);
    assert.deepEqual(loaded?.map(({ message }) => message), [
      { role: "user", content: JSON.stringify(key) },
    ]);
    const list = await newStore().listSessions(key.projectKey);
    assert.deepEqual(list.map(({ sessionId }) => sessionId), [key.sessionId]);
  }
  assert.deepEqual(await newStore().listSubkeys(keys[2]!), [keys[2]!.subpath]);
});

Deno.test("a transcript is a conversation: it is searched, read by its uuids and kept from strangers", async () => {
  const key = newKey();
  const word = `zebra${crypto.randomUUID().slice(0, 8)}`;
  const said = entry(`The ${word} ran`);
  await newStore().append(key, [said]);
  const [hit] = await continuum.search(word).all();
  const conversation = continuum.conversation(hit!.conversation.id);
  const message = await conversation.message(said.uuid!);
  assert.deepEqual([message.role, message.parts], ["user", [said]]);
  const { client } = await newClient("stranger");
  const strangers = new ContinuumSessionStore({ continuum: client });
  assert.equal(await strangers.load(key), null);
  assert.deepEqual(await strangers.listSessions(key.projectKey), []);
});

Deno.test("sessions live as long as they are told to", async () => {
  const key = newKey();
  await new ContinuumSessionStore({ continuum, ttlSeconds: 3600 })
    .append(key, entries(1));
  const metadata = { claude: { project_key: key.projectKey } };
  const [conversation] = await continuum.list({ metadata }).all();
  assert.equal(conversation?.ttl_seconds, 3600);
});
