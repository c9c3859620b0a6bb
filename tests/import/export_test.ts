/** What is exported can be imported into an empty account, where it is the same. */
import assert from "node:assert/strict";
import {
  exportAccount,
  type ExportCounts,
} from "../../client/cli/export/run.ts";
import { folderTarget, streamTarget } from "../../client/cli/export/targets.ts";
import { clientOf } from "../client/clients.ts";
import { append, history, request } from "../support/http.ts";
import { cutting } from "./cutting.ts";
import {
  accountOf,
  comparable,
  everythingOf,
  importInto,
  newUser,
  temporaryFolder,
  type User,
} from "./importing.ts";

const folder = temporaryFolder();
let exports = 0;

const header = {
  type: "export",
  version: 1,
  url: "http://127.0.0.1",
  exported_at: new Date().toISOString(),
} as const;

/** Exports into a folder or a file, and returns its path and what the command counts. */
async function exported(
  user: User,
  kind: "folder" | "file",
  path = `${folder}/${++exports}${kind === "file" ? ".ndjson" : ""}`,
): Promise<{ path: string; counts: ExportCounts }> {
  const stream = kind === "file" ? await streamTarget(path, header) : null;
  const counts = await exportAccount({
    continuum: accountOf(user).continuum,
    target: stream ?? await folderTarget(path, header),
    shared: false,
    onProgress: () => {},
    onSkip: (what, reason) => assert.fail(`${what}: ${reason}`),
  });
  await stream?.close(true);
  return { path, counts };
}

async function change(user: User, name: string, json: object): Promise<void> {
  const { status, text } = await request(
    user,
    `conversation-history/${encodeURIComponent(name)}`,
    { method: "PATCH", json },
  );
  assert.equal(status, 200, text);
}

/** An account with one of everything that an export has to say. */
async function livedIn(): Promise<User> {
  const user = await newUser();
  const client = clientOf(user);
  const upload = async (words: string, name: string, rest = {}) =>
    (await client.files.upload(new Blob([words]), { name, ...rest })).file.id;
  const linked = await upload("linked", "ünï code #1.txt", {
    metadata: { from: "me" },
    type: "text/plain; charset=utf-8",
  });
  const attached = await upload("# attached", "notes.md");
  await upload('{"made":true}', "made.json", {
    bucket: "generated-files",
    type: "application/json",
  });
  await upload("", "empty.txt");

  const say = (content: string, rest = {}) => ({ content, ...rest });
  await append(user, "a tree", [
    say("u1", { client_id: "u1", metadata: { n: 1 }, file_ids: [attached] }),
    { role: "assistant", content: "", parts: [{ type: "text", text: "a1" }] },
    say("u2", { created_at: "2020-01-02T03:04:05.678901+00:00" }),
    { role: "assistant", content: "a2", token_count: 77 },
    say("a secret"),
  ], {
    title: "A tree — 日本",
    metadata: { of: { many: ["branches"] } },
    file_ids: [linked],
  });
  await append(user, "a tree", [say("a2 again")], { after_position: 3 });
  await append(user, "a tree", [say("a1 reworded", { revises: 2 })]);
  await change(user, "a tree", { head_position: 4 });
  await append(user, "a tree", [], { after_position: 1 });
  await append(user, "a tree", [say("another start")], { after_position: 0 });
  await change(user, "a tree", { head_position: 6 });
  const erased = await request(
    user,
    "conversation-history/a%20tree/messages/5",
    { method: "DELETE" },
  );
  assert.equal(erased.status, 200, erased.text);

  // An id that is used again on another branch.
  await append(user, "again", ["start", say("first", { client_id: "x" })]);
  await append(user, "again", ["other"], { after_position: 1 });
  await append(user, "again", [say("start, reworded", { revises: 1 })]);
  await append(user, "again", [say("second", { client_id: "x" })], {
    on_mismatch: "revise",
  });

  await append(user, "archived", ["kept"], { ttl_seconds: 86_400_000 });
  await change(user, "archived", { archived: true });
  await append(user, "empty", [], { title: "Nothing yet" });
  await append(
    user,
    "long",
    Array.from({ length: 100 }, (_, index) => `first ${index}`),
  );
  await append(
    user,
    "long",
    Array.from({ length: 100 }, (_, index) => `then ${index}`),
  );

  // Edited at random.
  let state = 7919;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 31 * below);
  };
  await append(user, "random", ["1", "2", "3"]);
  for (let step = 0; step < 25; step++) {
    const { body } = await history(user, "random", "limit=500");
    const line: number[] = body.messages.map(
      ({ position }: { position: number }) => position,
    );
    const some = line[random(line.length)];
    const kind = some === undefined ? 0 : random(4);
    if (kind === 0) await append(user, "random", [`append ${step}`]);
    else if (kind === 1) {
      await append(user, "random", [`rewind ${step}`], {
        after_position: some,
      });
    } else if (kind === 2) {
      await append(user, "random", [say(`revise ${step}`, { revises: some })]);
    } else {
      const { body } = await history(user, "random", "view=log&limit=500");
      const row = body.messages[random(body.messages.length)];
      await change(user, "random", { head_position: row.position });
    }
  }
  return user;
}

const source = await livedIn();
const before = comparable(await everythingOf(source));

async function filesOf(user: User) {
  const files = [];
  for await (const file of clientOf(user).files.list()) {
    const { id, owner_id: _, created_at: __, updated_at: ___, ...rest } = file;
    const bytes = await (await clientOf(user).files.download(id)).text();
    files.push({ ...rest, bytes });
  }
  return files.sort((a, b) => a.original_name < b.original_name ? -1 : 1);
}

for (const kind of ["folder", "file"] as const) {
  Deno.test(`an export to a ${kind} makes the same account of an empty one, and again changes nothing`, async () => {
    const { path } = await exported(source, kind);
    const user = await newUser();
    const imported = await importInto(accountOf(user), path);
    assert.deepEqual(imported.findings, []);
    assert.deepEqual(comparable(await everythingOf(user)), before);
    assert.deepEqual(await filesOf(user), await filesOf(source));

    const once = await everythingOf(user);
    const again = await importInto(accountOf(user), path);
    assert.deepEqual(again.conversations, {
      created: 0,
      extended: 0,
      unchanged: 6,
    });
    assert.deepEqual(again.files, { stored: 0, unchanged: 4 });
    assert.deepEqual(await everythingOf(user), once);
  });
}

for (const loses of [false, true]) {
  const how = loses ? "a response was lost" : "the network was gone";
  Deno.test(`taking an export back goes on after it ended because ${how}`, async () => {
    const { path } = await exported(source, "folder");
    for (let after = 0;; after += 5) {
      const user = await newUser();
      const cut = accountOf(user, {
        fetch: cutting(after, loses),
        retries: 0,
      });
      const isWhole = await importInto(cut, path).then(() => true, () => false);
      await importInto(accountOf(user), path);
      assert.deepEqual(
        comparable(await everythingOf(user)),
        before,
        `cut after ${after} writes`,
      );
      if (isWhole) break;
    }
  });
}

Deno.test("an export into the same folder writes what has changed, and a conversation that has grown grows where it was imported", async () => {
  const user = await newUser();
  await append(user, "grows", ["one"]);
  await append(user, "rests", ["one"]);
  const { path } = await exported(user, "folder");
  const copy = await newUser();
  await importInto(accountOf(copy), path);
  await append(user, "grows", ["two", "three"]);
  await append(user, "grows", ["two again"], { after_position: 1 });
  const { counts } = await exported(user, "folder", path);
  assert.deepEqual(counts, { conversations: 2, files: 0, unchanged: 1 });
  const imported = await importInto(accountOf(copy), path);
  assert.deepEqual(imported.conversations, {
    created: 0,
    extended: 1,
    unchanged: 1,
  });
  assert.deepEqual(
    comparable(await everythingOf(copy)),
    comparable(await everythingOf(user)),
  );
});

Deno.test("a conversation that has grown goes on growing after an interruption, and ends with the branch that is shown", async () => {
  const user = await newUser();
  await append(user, "grows", ["one"]);
  const { path: before } = await exported(user, "folder");
  await append(user, "grows", ["two", "three"]);
  await append(user, "grows", ["two again"], { after_position: 1 });
  await change(user, "grows", { head_position: 3 });
  const { path: after } = await exported(user, "folder");
  const expected = comparable(await everythingOf(user));
  for (let writes = 0;; writes++) {
    const copy = await newUser();
    await importInto(accountOf(copy), before);
    const cut = accountOf(copy, { fetch: cutting(writes, true), retries: 0 });
    const isWhole = await importInto(cut, after).then(() => true, () => false);
    await importInto(accountOf(copy), after);
    assert.deepEqual(
      comparable(await everythingOf(copy)),
      expected,
      `cut after ${writes} writes`,
    );
    if (isWhole) break;
  }
});

Deno.test("an export that was cut is reported, and so is a conversation of the same name that is another one", async () => {
  const user = await newUser();
  await append(user, "cut", ["one", "two"]);
  await append(user, "taken", ["mine"]);
  const { path } = await exported(user, "file");
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  const end = lines.findIndex((line) =>
    line.includes('"type":"conversation"') && line.includes('"cut"')
  );
  const cut = lines.filter((_, index) => index < end || index > end + 1)
    .toSpliced(end, 0, lines[end]!);
  await Deno.writeTextFile(`${path}.ndjson`, cut.join("\n"));

  const other = await newUser();
  await append(other, "taken", ["theirs"]);
  const { findings } = await importInto(accountOf(other), `${path}.ndjson`);
  const reasons = findings.map(({ reason }) => reason).join("\n");
  assert.match(reasons, /a conversation named taken that was not imported/);
  assert.match(reasons, /The row 1 is missing/);
  const stored = await everythingOf(other);
  assert.equal(stored.get("taken")?.rows.length, 1);
});
