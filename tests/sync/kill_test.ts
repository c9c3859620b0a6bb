/** The commands as programs, killed in the middle. */
import assert from "node:assert/strict";
import type { Sql } from "npm:postgres@3.4.9";
import { withSql } from "../support/sql.ts";
import { target } from "../support/target.ts";
import { tokenOf } from "../client/clients.ts";
import {
  accountOf,
  comparable,
  everythingOf,
  file,
  importInto,
  newUser,
  type User,
} from "../import/importing.ts";
import { chatgptConversation } from "../import/made_exports/chatgpt.ts";
import { entry, Machine, settle } from "./machines.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROGRAM = [
  "run",
  "-A",
  "--no-check",
  "--config",
  `${ROOT}deno.json`,
  `${ROOT}client/cli/main.ts`,
];

function start(user: User, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...PROGRAM, ...args],
    env: {
      CONTINUUM_URL: target.url,
      CONTINUUM_KEY: target.publishableKey,
      CONTINUUM_TOKEN: tokenOf(user),
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(user: User, args: string[]) {
  const child = start(user, args);
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

/** The rows that are stored of a user. */
async function rowsOf(sql: Sql, user: User): Promise<number> {
  const [row] = await sql`
    select count(*)::int as count
    from continuum.messages m
    join continuum.conversations c on c.id = m.conversation_id
    where c.owner_id = ${user.id}
  `;
  return row!.count;
}

/** Kills the program as soon as the store has more rows than `rows`, and returns how many it has then. */
function killedAfter(
  user: User,
  args: string[],
  rows: number,
): Promise<number> {
  return withSql(async (sql) => {
    const child = start(user, args);
    let isOver = false;
    const ended = child.output().finally(() => isOver = true);
    while (!isOver && await rowsOf(sql, user) <= rows);
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
    await ended;
    return await rowsOf(sql, user);
  });
}

Deno.test("a sync that is killed in the middle, again and again, loses and doubles nothing", async () => {
  const user = await newUser();
  const [a, b] = [new Machine(user), new Machine(user)];
  const ids = Array.from({ length: 6 }, () => crypto.randomUUID());
  for (const id of ids) {
    await a.write(
      a.claude(id),
      Array.from(
        { length: 250 },
        (_, index) => entry(id, `${index}`, { cwd: `${a.home}/app` }),
      ),
    );
  }
  const of = ({ home, state }: Machine) => [
    "sync",
    "--home",
    home,
    "--state",
    state,
  ];
  for (const rows of [0, 300, 900]) await killedAfter(user, of(a), rows);
  assert.equal((await run(user, of(a))).code, 0);
  // The other machine is killed while it writes its files.
  for (let kill = 0; kill < 3; kill++) {
    const child = start(user, of(b));
    const ended = child.output();
    const files = (await b.files()).size;
    for (let tries = 0; tries < 2000; tries++) {
      if ((await b.files()).size > files) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
    await ended;
    for (const [path, text] of await b.files()) {
      if (!path.endsWith(".jsonl")) continue;
      assert.equal(text.trimEnd().split("\n").length, 250, "a whole file");
    }
  }
  await settle([a, b]);
  const whole = (contents: string[]) => contents.map((text) => text.length);
  const ofB = [...await b.files()].filter(([path]) => path.endsWith(".jsonl"))
    .map(([, text]) => text).sort();
  assert.deepEqual(whole(ofB), whole(await a.contents()));
  assert.deepEqual(ofB, await a.contents());
  assert.equal(await withSql((sql) => rowsOf(sql, user)), 250 * 6);
});

Deno.test("an import that is killed at half is finished by the next one", async () => {
  const conversations = Array.from({ length: 60 }, (_, index) => ({
    ...chatgptConversation(),
    conversation_id: `number-${index}`,
  }));
  const path = await file("conversations.json", conversations);
  const undisturbed = await newUser();
  await importInto(accountOf(undisturbed), path, { jobs: 4 });
  const expected = comparable(await everythingOf(undisturbed));

  const user = await newUser();
  const half = await killedAfter(user, ["import", path], 120);
  assert.ok(half > 120 && half < 60 * 9, `${half} rows when it was killed`);
  const { code, out } = await run(user, ["import", path]);
  assert.equal(code, 0, out);
  assert.deepEqual(comparable(await everythingOf(user)), expected);
  const again = await run(user, ["import", path, "--json"]);
  assert.deepEqual(JSON.parse(again.out).messages, { appended: 0, revised: 0 });
});

Deno.test("the commands say what is wrong, and how it ended", async () => {
  const user = await newUser();
  const broken = await file(
    "messages.jsonl",
    '{"role":"user","content":"a"}\nbroken\n',
  );
  const some = await run(user, ["import", broken]);
  assert.equal(some.code, 1);
  assert.match(
    some.out,
    /NOT TAKEN .*messages\.jsonl, line 2: This is not JSON/,
  );
  assert.match(some.out, /messages 1 new/);
  const missing = await run(user, ["import", `${broken}.not-there`]);
  assert.equal(missing.code, 2);
  assert.match(missing.error, /no such file/i);
  assert.equal((await run(user, ["import"])).code, 2);
  assert.equal((await run(user, ["import", "x", "--from", "y"])).code, 2);
  assert.equal((await run(user, ["nothing"])).code, 2);
  for (const name of ["import", "export", "sync"]) {
    const help = await run(user, [name, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, new RegExp(`^continuum ${name}`));
  }
  const folder = `${broken}-export`;
  assert.equal((await run(user, ["export", folder])).code, 0);
  assert.equal(
    [...Deno.readDirSync(`${folder}/conversations`)].length,
    1,
  );
  const unknown = await new Deno.Command(Deno.execPath(), {
    args: [...PROGRAM, "export", folder],
    env: {
      CONTINUUM_URL: target.url,
      CONTINUUM_KEY: target.publishableKey,
      CONTINUUM_EMAIL: "nobody@example.com",
      CONTINUUM_PASSWORD: "wrong",
    },
  }).output();
  assert.equal(unknown.code, 1);
  assert.match(
    new TextDecoder().decode(unknown.stderr),
    /nobody@example\.com cannot sign in/,
  );
});
