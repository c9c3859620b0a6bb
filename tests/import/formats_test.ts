/** What an import of every format guarantees, whenever it is interrupted. */
import assert from "node:assert/strict";
import { cutting } from "./cutting.ts";
import {
  accountOf,
  comparable,
  everythingOf,
  importInto,
  newUser,
  paths,
  shown,
  type User,
} from "./importing.ts";
import { ALL } from "./made_exports/all.ts";
import type { MadeExport } from "./made_exports/made_export.ts";

/** An import that nothing disturbs. */
async function undisturbed(made: MadeExport) {
  const path = await made.write();
  const user = await newUser();
  const imported = await importInto(accountOf(user), path);
  return { user, path, imported, stored: await everythingOf(user) };
}

function first(stored: Awaited<ReturnType<typeof everythingOf>>) {
  const [conversation] = [...stored.values()].reverse();
  assert.ok(conversation);
  return conversation;
}

for (const [name, made] of Object.entries(ALL)) {
  Deno.test(`${name}: every branch is stored, and the one that was shown is the current line`, async () => {
    const { imported, stored } = await undisturbed(made);
    assert.deepEqual(
      imported.findings.filter(({ kind }) => kind === "fault"),
      [],
    );
    if (made.names.length > 0) {
      assert.deepEqual([...stored.keys()], made.names);
    }
    const conversation = first(stored);
    assert.deepEqual(shown(conversation), made.shown);
    assert.deepEqual(paths(conversation), made.paths);
    if (made.firstTime !== "") {
      const [row] = conversation.rows;
      assert.equal(
        Date.parse(row.created_at),
        Date.parse(made.firstTime),
        row.created_at,
      );
    }
  });

  Deno.test(`${name}: a second import writes nothing`, async () => {
    const { user, path, imported, stored } = await undisturbed(made);
    const again = await importInto(accountOf(user), path);
    assert.deepEqual(again.conversations, {
      created: 0,
      extended: 0,
      unchanged: imported.conversations.created,
    });
    assert.deepEqual(again.messages, { appended: 0, revised: 0 });
    assert.deepEqual(await everythingOf(user), stored);
  });

  for (const loses of [false, true]) {
    const how = loses ? "a response was lost" : "the network was gone";
    Deno.test(`${name}: an import that ended because ${how} goes on, and nothing is missing or twice`, async () => {
      const { path, stored } = await undisturbed(made);
      for (let after = 0;; after++) {
        const user: User = await newUser();
        const cut = accountOf(user, {
          fetch: cutting(after, loses),
          retries: 0,
        });
        const isWhole = await importInto(cut, path)
          .then(() => true, () => false);
        await importInto(accountOf(user), path);
        assert.deepEqual(
          comparable(await everythingOf(user)),
          comparable(stored),
          `cut after ${after} writes`,
        );
        if (isWhole) break;
      }
    });
  }

  Deno.test(`${name}: a dry run counts what would be written, and writes nothing`, async () => {
    const path = await made.write();
    const user = await newUser();
    const account = accountOf(user);
    const planned = await importInto(account, path, { dryRun: true });
    assert.equal((await everythingOf(user)).size, 0);
    const imported = await importInto(accountOf(user), path);
    assert.deepEqual(planned.conversations, imported.conversations);
    assert.deepEqual(planned.messages, imported.messages);
  });
}
