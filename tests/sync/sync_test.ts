/** The sessions of Claude Code and Codex are the same on every machine, and no line is lost or twice. */
import assert from "node:assert/strict";
import { request } from "../support/http.ts";
import { everythingOf, newUser, type User } from "../import/importing.ts";
import { cutting } from "../import/cutting.ts";
import { entry, Machine, settle, textOf } from "./machines.ts";

const session = () => crypto.randomUUID();

async function two(): Promise<{ user: User; a: Machine; b: Machine }> {
  const user = await newUser();
  return { user, a: new Machine(user), b: new Machine(user) };
}

Deno.test("a session comes to another machine byte for byte, in the folder of the same project, and a second run does nothing", async () => {
  const { a, b } = await two();
  const id = session();
  const cwd = `${a.home}/app`;
  await a.write(a.claude(id), [
    entry(id, "one", { cwd }),
    entry(id, "two", { cwd }),
  ]);
  const rollout =
    `.codex/sessions/2026/01/02/rollout-2026-01-02T03-04-05-${session()}.jsonl`;
  await a.write(rollout, [
    '{"timestamp":"2026-01-02T03:04:05.000Z","type":"session_meta","payload":{"id":"x","n":1.0}}',
    '{"timestamp":"2026-01-02T03:04:06.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}',
  ]);
  const up = await a.sync();
  assert.equal(up.up.length, 2);
  assert.deepEqual(await b.sync(), {
    up: [],
    down: [
      `${b.claude(id).replace(".claude/projects/", "")} 2`,
      `${rollout.replace(".codex/sessions/", "")} 2`,
    ],
    second: [],
    problems: [],
  });
  const files = await b.files();
  assert.deepEqual([...files.keys()].sort(), [b.claude(id), rollout].sort());
  assert.deepEqual(await b.contents(), await a.contents());
  const nothing = { up: [], down: [], second: [], problems: [] };
  assert.deepEqual(await a.sync(), nothing);
  assert.deepEqual(await b.sync(), nothing);
});

Deno.test("a project that is elsewhere is found by its map", async () => {
  const user = await newUser();
  const a = new Machine(user);
  const b = new Machine(user, [["/srv/projects", "/Users/ann/code"]]);
  const id = session();
  await a.write(a.claude(id, "/srv/projects/my.app"), [
    entry(id, "one", { cwd: "/srv/projects/my.app" }),
  ]);
  await settle([a, b]);
  assert.deepEqual([...(await b.files()).keys()], [
    b.claude(id, "/Users/ann/code/my.app"),
  ]);
});

Deno.test("a session is continued elsewhere, and comes back", async () => {
  const { a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [entry(id, "one", { cwd: `${a.home}/app` })]);
  await settle([a, b]);
  await b.write(b.claude(id), [entry(id, "two"), entry(id, "three")]);
  await settle([b, a]);
  await a.write(a.claude(id), [entry(id, "four")]);
  await settle([a, b]);
  assert.deepEqual(await a.contents(), await b.contents());
  assert.equal((await a.contents())[0]!.trimEnd().split("\n").length, 4);
});

Deno.test("what two machines add to one session at once is kept on both: as it was, and as a second file", async () => {
  const { user, a, b } = await two();
  const id = session();
  const start = [entry(id, "one", { cwd: `${a.home}/app` })];
  await a.write(a.claude(id), start);
  await settle([a, b]);
  const ofA = [entry(id, "a1"), entry(id, "a2")];
  const ofB = [entry(id, "b1")];
  await a.write(a.claude(id), ofA);
  await b.write(b.claude(id), ofB);
  await Promise.all([a.sync(), b.sync()]);
  await settle([a, b]);

  const expected = [
    textOf([...start, ...ofA]),
    textOf([...start, ...ofB]),
  ].sort();
  assert.deepEqual(await a.contents(), expected);
  assert.deepEqual(await b.contents(), expected);
  assert.equal(
    (await a.files()).get(a.claude(id)),
    textOf([...start, ...ofA]),
    "a machine's own file goes on as it is",
  );
  assert.equal((await b.files()).get(b.claude(id)), textOf([...start, ...ofB]));
  const [stored] = [...(await everythingOf(user)).values()];
  assert.equal(stored!.rows.length, 4, "no line is stored twice");

  // The second file can be continued as well, on either machine.
  const second = [...(await a.files()).keys()].find((path) =>
    path !== a.claude(id)
  )!;
  const more = entry(id, "b2");
  await a.write(second, [more]);
  await settle([a, b]);
  assert.equal(
    (await b.files()).get(b.claude(id)),
    textOf([...start, ...ofB, more]),
  );
  assert.equal((await everythingOf(user)).size, 1);

  // Which session a second file is of is in the file itself.
  const before = await everythingOf(user);
  await Deno.remove(a.state);
  await Deno.remove(b.state);
  await settle([a, b]);
  assert.deepEqual(await everythingOf(user), before);

  // A third machine gets both.
  const c = new Machine(user);
  await settle([c]);
  assert.deepEqual(await c.contents(), await a.contents());
});

Deno.test("so are those of Codex, and of a subagent, also when nobody remembers the last run", async () => {
  const { user, a, b } = await two();
  const id = session();
  const paths = [
    `.codex/sessions/2026/01/02/rollout-2026-01-02T03-04-05-${session()}.jsonl`,
    `.claude/projects/-srv-app/${id}/subagents/agent-a1b2c3.jsonl`,
    ".claude/projects/-srv-app/agent-0a1b2c3d.jsonl",
  ];
  for (const path of paths) await a.write(path, [entry(id, "one")]);
  await settle([a, b]);
  for (const path of paths) {
    await a.write(path, [entry(id, "of a")]);
    await b.write(path, [entry(id, "of b")]);
  }
  await Promise.all([a.sync(), b.sync()]);
  await settle([a, b]);
  assert.equal((await a.contents()).length, 6);
  assert.deepEqual(await a.contents(), await b.contents());
  const before = await everythingOf(user);
  assert.equal(before.size, 3);
  await Deno.remove(a.state);
  await Deno.remove(b.state);
  await settle([a, b]);
  assert.deepEqual(await everythingOf(user), before);
  const second = [...(await a.files()).keys()].filter((path) =>
    !paths.includes(path)
  );
  assert.equal(
    second.filter((path) =>
      /\/rollout-2026-01-02T03-04-05-.*-8.*\.jsonl$/.test(path)
    )
      .length,
    1,
  );
  assert.equal(second.filter((path) => path.includes("/subagents/")).length, 1);
});

Deno.test("lines that JSON cannot hold come back byte for byte", async () => {
  const { a, b } = await two();
  const id = session();
  const latin1 = (text: string) =>
    Uint8Array.from(text, (character) => character.charCodeAt(0));
  const lines = [
    latin1(`{"sessionId":"${id}","nul":"\\u0000","lone":"\\ud83d"}`),
    latin1('{"a":1.0,"b":12345678901234567890,"c":1e5,"d":-0}'),
    latin1('{"b":1,"2":2,"1":1,"b":3,"__proto__":{"x":1}}'),
    latin1('{ "spaces" : true }\r'),
    latin1(""),
    latin1("not JSON"),
    latin1('{"bytes":"\xff\xfe\x00"}'),
    latin1("\xef\xbb\xbf{}"),
    latin1('{"type":"session_line","text":"looks like ours"}'),
    new TextEncoder().encode(JSON.stringify({ deep: deep(200) })),
    new TextEncoder().encode(
      JSON.stringify({ sessionId: id, big: "ünï\n".repeat(900_000) }),
    ),
    new TextEncoder().encode(JSON.stringify({ quotes: '"'.repeat(400_000) })),
    latin1('{"last":true}'),
  ];
  for (const line of lines) {
    await a.writeBytes(a.claude(id), line);
    await a.writeBytes(a.claude(id), latin1("\n"));
  }
  const { problems } = await a.sync();
  assert.deepEqual(problems, []);
  await settle([a, b]);
  assert.deepEqual(await b.contents(), await a.contents());
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

Deno.test("what a model would read is stored as that: searched for and counted without the rest of the line", async () => {
  const { user, a } = await two();
  const id = session();
  await a.write(a.claude(id), [
    { type: "file-history-snapshot", messageId: "m", snapshot: {} },
    entry(id, "the zebra", { cwd: "/home/ann/app", version: "2.1.0" }),
  ]);
  await a.sync();
  const [stored] = [...(await everythingOf(user)).values()];
  assert.deepEqual(
    stored!.rows.map(({ content, token_count }) => [content, token_count]),
    [["", 0], ["the zebra", 3]],
  );
  const { body } = await request(user, "conversation-history?q=zebra");
  const hits = body.hits.filter(({ message }: { message: unknown }) =>
    message !== null
  );
  assert.equal(hits.length, 1);
});

Deno.test("a line that is being written waits, and nothing is put behind it", async () => {
  const { user, a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [entry(id, "one", { cwd: `${a.home}/app` })]);
  await settle([a, b]);
  await b.write(b.claude(id), [entry(id, "two")]);
  await b.sync();
  const half = JSON.stringify(entry(id, "half"));
  const bytes = new TextEncoder().encode(half);
  await a.writeBytes(a.claude(id), bytes.subarray(0, 40));
  const during = await a.sync();
  assert.match(during.problems.join(), /writing to it at this moment/);
  assert.equal(during.up.length, 0);
  await a.writeBytes(a.claude(id), bytes.subarray(40));
  await a.writeBytes(a.claude(id), new TextEncoder().encode("\n"));
  await settle([a, b]);
  assert.deepEqual(await a.contents(), await b.contents());
  assert.equal((await a.contents()).length, 2);
  assert.equal((await everythingOf(user)).size, 1);
});

Deno.test("a session that was deleted here stays so, until somebody goes on with it elsewhere", async () => {
  const { a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [entry(id, "one", { cwd: `${a.home}/app` })]);
  await settle([a, b]);
  await Deno.remove(`${b.home}/${b.claude(id)}`);
  await settle([a, b]);
  assert.deepEqual(await b.contents(), []);
  await a.write(a.claude(id), [entry(id, "two")]);
  await settle([a, b]);
  assert.deepEqual(await b.contents(), await a.contents());
});

Deno.test("the memory of the last run is no truth: without it nothing is twice", async () => {
  const { user, a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [entry(id, "one", { cwd: `${a.home}/app` })]);
  await settle([a, b]);
  const before = await everythingOf(user);
  await Deno.writeTextFile(a.state, "{ broken");
  await Deno.remove(b.state);
  await settle([a, b]);
  assert.deepEqual(await everythingOf(user), before);
  assert.deepEqual(await a.contents(), await b.contents());
});

for (const loses of [false, true]) {
  const how = loses ? "a response was lost" : "the network was gone";
  Deno.test(`a run that ended because ${how} is finished by the next one`, async () => {
    const id = session();
    const lines = Array.from(
      { length: 250 },
      (_, index) => entry(id, `line ${index}`, { cwd: "/srv/app" }),
    );
    for (let after = 0;; after++) {
      const { user, a, b } = await two();
      await a.write(a.claude(id), lines.slice(0, 150));
      await settle([a, b]);
      await b.write(b.claude(id), [entry(id, "of b")]);
      await b.sync();
      await a.write(a.claude(id), lines.slice(150));
      const isWhole = await a
        .sync({ fetch: cutting(after, loses), retries: 0 })
        .then(() => true, () => false);
      await settle([a, b]);
      assert.equal((await a.contents()).length, 2);
      assert.deepEqual(await a.contents(), await b.contents());
      const [stored] = [...(await everythingOf(user)).values()];
      assert.equal(stored!.rows.length, 251, `cut after ${after} writes`);
      if (isWhole) break;
    }
  });
}

Deno.test("a conversation cannot write outside of the folders of sessions, nor can one of somebody else's", async () => {
  const user = await newUser();
  const a = new Machine(user);
  const paths = [
    "../../../evil.jsonl",
    "/etc/evil.jsonl",
    "project/../../evil.jsonl",
    "project/evil.sh",
    "C:\\evil.jsonl",
  ];
  for (const [index, path] of paths.entries()) {
    const b = new Machine(user);
    const id = session();
    await b.write(b.claude(id), [entry(id, "one")]);
    await b.sync();
    const { status } = await request(
      user,
      `conversation-history/${encodeURIComponent(`sync:claude-code:${id}`)}`,
      {
        method: "PATCH",
        json: { metadata: { sync: { path, cwd: null, home: null } } },
      },
    );
    assert.equal(status, 200);
    const { problems } = await a.sync();
    assert.equal(problems.length, index + 1);
  }
  assert.deepEqual(await a.contents(), []);

  const stranger = new Machine(await newUser());
  const theirs = session();
  await stranger.write(stranger.claude(theirs), [entry(theirs, "theirs")]);
  await stranger.sync();
  const { body } = await request(
    stranger.user,
    `conversation-history/${encodeURIComponent(`sync:claude-code:${theirs}`)}`,
  );
  await request(
    stranger.user,
    `conversation-history/${body.conversation.id}/members/${user.id}`,
    { method: "PUT", json: { role: "editor" } },
  );
  await request(
    user,
    `conversation-history/${body.conversation.id}/members/me`,
    { method: "PUT" },
  );
  await a.sync();
  assert.deepEqual(await a.contents(), []);
});

Deno.test("an erased line is reported, and the file that has it stays", async () => {
  const { user, a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [
    entry(id, "one", { cwd: `${a.home}/app` }),
    entry(id, "secret"),
    entry(id, "three"),
  ]);
  await a.sync();
  const before = await a.contents();
  await request(
    user,
    `conversation-history/${
      encodeURIComponent(`sync:claude-code:${id}`)
    }/messages/2`,
    { method: "DELETE" },
  );
  const { problems } = await b.sync();
  assert.match(problems.join(), /erased/);
  assert.ok(!(await b.contents()).join().includes("secret"));
  await a.sync();
  assert.deepEqual(await a.contents(), before);
});

Deno.test("a dry run says what would be done, and does nothing", async () => {
  const { user, a, b } = await two();
  const id = session();
  await a.write(a.claude(id), [entry(id, "one", { cwd: `${a.home}/app` })]);
  assert.equal((await a.sync({ dryRun: true })).up.length, 1);
  assert.equal((await everythingOf(user)).size, 0);
  await a.sync();
  assert.equal((await b.sync({ dryRun: true })).down.length, 1);
  assert.deepEqual(await b.contents(), []);
});
