/**
 * The broadcast of projects with Realtime, on what Supabase documents of its schema: made in a transaction that is
 * rolled back, where the migration's own block then sets up trigger and policy.
 */
import assert from "node:assert/strict";
import type postgres from "npm:postgres@3.4.9";
import { type Actor, cast } from "../support/actors.ts";
import { become } from "../support/as_user.ts";
import { append, fresh } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";

type Tx = postgres.TransactionSql;

const { owner, viewer, editor, stranger } = await cast();

const migration = await Deno.readTextFile(
  new URL(
    "../../supabase/migrations/20261123091510_broadcast.sql",
    import.meta.url,
  ),
);
const [setUp] = /^do \$\$\n[\s\S]*?^\$\$;$/m.exec(migration)!;

const [known] = await withSql((sql) =>
  sql<{ realtime: boolean }[]>`
    select to_regclass('realtime.messages') is not null as realtime`
);
const ignore = known!.realtime;

/** As much of Realtime's schema as a project has, with its defaults. */
const realtime = `
  create schema realtime;
  create table realtime.messages (
    id uuid not null default gen_random_uuid(), topic text not null, extension text not null, payload jsonb,
    event text, private boolean default false, inserted_at timestamp not null default now(),
    updated_at timestamp not null default now(), primary key (id, inserted_at)
  ) partition by range (inserted_at);
  create table realtime.messages_all partition of realtime.messages default;
  alter table realtime.messages enable row level security;
  grant usage on schema realtime to authenticated, anon, service_role;
  grant select, insert on realtime.messages to authenticated, anon, service_role;
  create function realtime.topic() returns text language sql stable
    as $$ select nullif(current_setting('realtime.topic', true), '') $$;
  create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
    returns void language plpgsql
    as $$ begin
      insert into realtime.messages (payload, event, topic, private, extension)
      values (payload, event, topic, private, 'broadcast');
    end $$;
`;

interface Sent {
  topic: string;
  event: string;
  payload: unknown;
  private: boolean;
}

/** Runs `use` in a project with Realtime. Nothing of it stays. */
async function withRealtime(use: (tx: Tx) => Promise<void>): Promise<void> {
  const rollback = new Error("rolled back");
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx.unsafe(realtime);
      await tx.unsafe(setUp);
      await use(tx);
      throw rollback;
    })
  ).catch((error) => {
    if (error !== rollback) throw error;
  });
}

/** Runs a statement as the actor, and gives what was broadcast meanwhile. */
async function sentBy(
  tx: Tx,
  actor: Actor,
  run: (tx: Tx) => PromiseLike<unknown>,
): Promise<Sent[]> {
  await tx`delete from realtime.messages`;
  await become(tx, actor);
  await run(tx);
  await tx`reset role`;
  const sent = await tx<Sent[]>`
    select topic, event, payload, private from realtime.messages where extension = 'broadcast'
  `;
  return [...sent];
}

const appendTo = (id: string, rest: Record<string, unknown>) => (tx: Tx) =>
  tx`select public.append_messages(${
    JSON.stringify({ continuation_id: id, messages: [], ...rest })
  })`;
const user = (content: string) => ({ role: "user", content });

async function conversation(...contents: string[]): Promise<string> {
  const { body } = await append(owner, fresh("broadcast"), contents);
  return body.conversation.id;
}

Deno.test({
  name:
    "what a follower would hear of is broadcast once, with ids and last_seq alone",
  ignore,
  fn: async () => {
    const id = await conversation("u1", "a1", "u2");
    await withRealtime(async (tx) => {
      const announced = (last_seq: number) => [{
        topic: `conversation:${id}`,
        event: "changed",
        payload: { conversation_id: id, last_seq },
        private: true,
      }];
      const sent = (run: (tx: Tx) => PromiseLike<unknown>) =>
        sentBy(tx, owner, run);
      const batch = { messages: [user("a2"), user("u3")] };
      assert.deepEqual(await sent(appendTo(id, batch)), announced(5));
      const revision = { messages: [{ ...user("u1'"), revises: 1 }] };
      assert.deepEqual(await sent(appendTo(id, revision)), announced(6));
      const rewind = { after_position: 2 };
      assert.deepEqual(await sent(appendTo(id, rewind)), announced(6));
      const change = (changes: unknown) => (tx: Tx) =>
        tx`select public.update_conversation(${id}, ${
          JSON.stringify(changes)
        })`;
      assert.deepEqual(await sent(change({ head_position: 5 })), announced(6));
      assert.deepEqual(
        await sent((tx) => tx`select public.erase_message(${id}, '1')`),
        announced(6),
      );

      assert.deepEqual(await sent(change({ title: "New" })), []);
      assert.deepEqual(await sent(appendTo(id, {})), []);
    });
  },
});

Deno.test({
  name:
    "the broadcast can be set up later, and again, and says whether there is Realtime",
  ignore,
  fn: async () => {
    const setUpAgain = async (sql: postgres.Sql | Tx) => {
      const [row] = await sql`select continuum.set_up_broadcast() as is_set_up`;
      return row!.is_set_up;
    };
    assert.equal(await withSql(setUpAgain), false);
    const id = await conversation("one");
    await withRealtime(async (tx) => {
      assert.equal(await setUpAgain(tx), true);
      const sent = await sentBy(
        tx,
        owner,
        appendTo(id, { messages: [user("two")] }),
      );
      assert.equal(sent.length, 1);
    });
  },
});

Deno.test({
  name: "a broadcast that fails keeps no message from being appended",
  ignore,
  fn: async () => {
    const id = await conversation("one");
    await withRealtime(async (tx) => {
      await tx.unsafe(`
        create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
        returns void language plpgsql as $$ begin raise exception 'down'; end $$
      `);
      await sentBy(tx, owner, appendTo(id, { messages: [user("two")] }));
      const [{ last_seq } = {}] = await tx`
        select last_seq::int from continuum.conversations where id = ${id}
      `;
      assert.equal(last_seq, 2);
    });
  },
});

/** Whether Realtime lets the actor join a topic: it inserts a row as itself and looks whether the actor sees it. */
async function mayJoin(tx: Tx, actor: Actor, topic: string): Promise<boolean> {
  await tx`delete from realtime.messages`;
  await tx`
    insert into realtime.messages (topic, extension, private) values (${topic}, 'broadcast', true)
  `;
  await tx`select set_config('realtime.topic', ${topic}, true)`;
  await become(tx, actor);
  const rows = await tx`select from realtime.messages`;
  await tx`reset role`;
  return rows.length > 0;
}

Deno.test({
  name: "only those who may see a conversation join its topic",
  ignore,
  fn: async () => {
    const id = await conversation("one");
    await share(id, viewer, "viewer", "invited");
    await share(id, editor, "editor", "declined");
    await withRealtime(async (tx) => {
      const topic = `conversation:${id}`;
      for (
        const [actor, expected] of [
          [owner, true],
          [viewer, true],
          [editor, false],
          [stranger, false],
        ] as const
      ) {
        assert.equal(await mayJoin(tx, actor, topic), expected, actor.name);
      }
      for (
        const other of [id, `other:${id}`, "conversation:", "conversation:x"]
      ) {
        assert.equal(await mayJoin(tx, owner, other), false, other);
      }
      await tx`delete from continuum.conversation_members where conversation_id = ${id}`;
      assert.equal(await mayJoin(tx, viewer, topic), false);
    });
  },
});

Deno.test({
  name: "clients may not send to a topic",
  ignore,
  fn: () =>
    withRealtime(async (tx) => {
      const id = crypto.randomUUID();
      await become(tx, owner);
      await assert.rejects(
        tx.savepoint((sp) =>
          sp`
            insert into realtime.messages (topic, extension, private)
            values (${`conversation:${id}`}, 'broadcast', true)
          `
        ),
        /row-level security/,
      );
    }),
});

Deno.test({
  name: "without Realtime the migration sets up nothing and appends work",
  ignore,
  fn: async () => {
    const triggers = await withSql((sql) =>
      sql`select from pg_trigger where tgname = 'conversations_announce'`
    );
    assert.equal(triggers.length, 0);
    await conversation("one");
  },
});
