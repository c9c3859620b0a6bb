/** Who may do what with a shared conversation: each operation by each actor. */
import assert from "node:assert/strict";
import { cast, signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { storedFile } from "../support/stored_files.ts";
import { operations, type World } from "./sharing_table.ts";

const actors = await cast();
const { owner, editor, viewer, stranger, nobody } = actors;
const [member, newcomer] = await Promise.all([
  signUp("member"),
  signUp("newcomer"),
]);
const file: string = (await storedFile(owner)).id;

async function makeWorld(): Promise<World> {
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const { body } = await append(owner, fresh("shared"), [word], {
    file_ids: [file],
  });
  const { id } = body.conversation;
  await share(id, editor, "editor");
  await share(id, viewer, "viewer");
  await share(id, member, "viewer");
  return { id, file, word, member: member.id, newcomer: newcomer.id };
}

/** All rows of a conversation. */
function rowsOf({ id }: World) {
  return withSql(async (sql) => ({
    conversation:
      await sql`select * from public.conversations where id = ${id}`,
    messages: await sql`
      select * from public.messages where conversation_id = ${id} order by seq`,
    members: await sql`
      select * from public.conversation_members where conversation_id = ${id} order by user_id`,
    links: await sql`
      select * from public.conversation_files where conversation_id = ${id} order by file_id`,
  }));
}

for (const { what, run, outcomes, changes } of operations) {
  for (
    const [index, actor] of [owner, editor, viewer, stranger, nobody].entries()
  ) {
    const expected = outcomes.split(" ")[index]!;
    Deno.test(`${what}, by ${actor.name}: ${expected}`, async () => {
      const world = await makeWorld();
      const before = await rowsOf(world);
      assert.equal(await run(actor, world), expected);
      const after = await rowsOf(world);
      if (changes && expected === "ok") assert.notDeepEqual(after, before);
      else assert.deepEqual(after, before);
    });
  }
}
