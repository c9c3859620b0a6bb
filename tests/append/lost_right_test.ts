import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";

const owner = await signUp("owner");
const editor = await signUp("editor");

Deno.test("an append that waits while its author loses the share is told nothing of the conversation", async () => {
  const { body } = await append(owner, fresh("lost"), ["hello"]);
  const id: string = body.conversation.id;
  await share(id, editor, "editor");

  const answer = await withSql((sql) =>
    sql.begin(async (sql) => {
      await sql`select from continuum.conversations where id = ${id} for update`;
      const appended = request(editor, "conversation-append", {
        json: { continuation_id: id, messages: [] },
      });
      // Its statement waits for this transaction.
      for (let waiting = 0; waiting === 0;) {
        [{ waiting }] = await sql<[{ waiting: number }]>`
          select count(*)::int as waiting from pg_stat_activity
          where pg_backend_pid() = any (pg_blocking_pids(pid))
        `;
      }
      await sql`delete from continuum.conversation_members where conversation_id = ${id} and user_id = ${editor.id}`;
      return [appended] as const;
    })
  );

  const { body: told } = await answer[0];
  assert.notEqual(told.conversation?.id, id, JSON.stringify(told));
});
