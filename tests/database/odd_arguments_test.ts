/**
 * Every SQL function of the API with arguments that no client of the edge functions would send: it raises one
 * of the API's problems, unless PostgreSQL cannot read the value at all (SQLSTATE class 22). A constraint, a
 * grant or a policy that answers in its place would tell a caller nothing that they can act on.
 */
import assert from "node:assert/strict";
import { isProblemCode } from "../../supabase/functions/_shared/problems/catalogue.ts";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { put, reserve } from "../support/stored_files.ts";

const [owner, member, other] = await Promise.all([
  signUp("owner"),
  signUp("member"),
  signUp("other"),
]);
const name = fresh("odd");
const { id } = (await append(owner, name, ["x"])).body.conversation;
const reserved = await reserve(owner);
await put(reserved, "hello");
const file: string = reserved.body.file.id;
const byName = { continuation_id: name };
const someTime = "2030-01-01T00:00:00Z";

/** Arguments that each function takes: one at a time is replaced. */
const usual: Record<string, Record<string, unknown>> = {
  append_messages: { request: '{"messages":[]}', idempotency_key: "key" },
  read_history: { ...byName, view: "line", max_messages: 9 },
  read_message: { ...byName, message: "1" },
  list_conversations: {
    archived: false,
    invited: false,
    max_conversations: 9,
    before_activity: someTime,
    before_id: id,
  },
  read_context: { ...byName, max_tokens: 99, max_messages: 9 },
  search_messages: { q: "x", max_hits: 9, before_rank: 1, before_id: id },
  begin_export: byName,
  export_messages: { conversation_id: id, after: 0, through: 9 },
  export_files: {
    conversation_id: id,
    through_seq: 9,
    after_created_at: someTime,
    after_id: id,
  },
  update_conversation: { ...byName, changes: "{}" },
  erase_message: { ...byName, message: "9" },
  delete_conversation: { continuation_id: fresh("absent") },
  fork_conversation: byName,
  read_members: byName,
  read_member: { ...byName, user_id: member.id },
  put_member: { ...byName, user_id: member.id, role: "viewer" },
  accept_invitation: { continuation_id: id },
  remove_member: { ...byName, user_id: other.id },
  reserve_file: {
    bucket: "user-files",
    original_name: "a.txt",
    mime_type: "text/plain",
    size_bytes: 1,
  },
  begin_upload: {
    bucket: "user-files",
    original_name: "a.txt",
    mime_type: "text/plain",
    size_bytes: 1,
  },
  grow_file: { file_id: other.id, size_bytes: 1 },
  read_upload: { file_id: file },
  complete_file: { file_id: file, object_version: "of no object" },
  abandon_file: { file_id: other.id },
  rename_file: { file_id: file },
  delete_file: { file_id: other.id },
  unlink_file: { ...byName, file_id: file },
  read_file: { file_id: file },
  locate_file: { file_id: file },
  list_files: {
    max_files: 9,
    before_created_at: someTime,
    before_id: file,
  },
  follow_messages: { ...byName, after: 0 },
  follow_conversations: { ids: [id], names: [name] },
  take_request: { class: "read", quota: 1000, window_seconds: 60 },
};

const numbers = [null, 0, -1, -(2 ** 31), 2 ** 31 - 1, 2 ** 53, 0.5, "x", true];
const odd: Record<string, unknown[]> = {
  text: [
    null,
    "",
    " ",
    "\u0001",
    "\n",
    "a\u0000b",
    "\u202e",
    "\u0085",
    "\ud800",
    "é".repeat(300),
    "x".repeat(200_000),
    "..",
    "a/b",
    "text/",
    "text/plain; charset=x",
    "TEXT/PLAIN",
    "text/é",
    "[]",
    "null",
    '{"a":1e999999}',
    "[".repeat(300) + "]".repeat(300),
    "-1",
    "99999999999999999999",
  ],
  integer: numbers,
  bigint: numbers,
  real: [...numbers, "NaN", "infinity"],
  uuid: [null, "", "x", crypto.randomUUID(), owner.id, id],
  "timestamp with time zone": [
    null,
    "infinity",
    "-infinity",
    "x",
    "0001-01-01",
  ],
  boolean: [null, true, false, "x"],
  jsonb: [null, [], [null], ["x"], {}, 1, "x", ["infinity"], [[]]],
  "uuid[]": [null, [], [null], ["x"], Array(1001).fill(id), "x", {}],
  "text[]": [null, [], [null], ["\u0001"], Array(1001).fill("x"), "x", {}],
};

const functions = await withSql((sql) =>
  sql<{ name: string; arguments: string[]; types: string[] }[]>`
    select p.proname as name, coalesce(p.proargnames, '{}') as arguments, array(
      select format_type(t.type, null) from unnest(p.proargtypes) with ordinality t (type, place) order by t.place
    ) as types
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  `
);

Deno.test("every function that users may call is tried", () => {
  assert.deepEqual(
    functions.map(({ name }) => name).sort(),
    Object.keys(usual).sort(),
  );
});

for (const { name, arguments: names, types } of functions) {
  Deno.test(`${name} meets odd arguments with a problem of the API`, async () => {
    for (const [place, argument] of names.entries()) {
      const values = odd[types[place]!];
      assert.ok(values, `no odd values of the type ${types[place]}`);
      for (const value of values) {
        const { error, status } = await owner.supabase.rpc(name, {
          ...usual[name],
          [argument]: value,
        });
        if (error === null) continue;
        const tried = `${argument} = ${JSON.stringify(value)?.slice(0, 60)}: ` +
          `${status} ${error.code} ${error.message}`;
        assert.equal(status, 400, tried);
        assert.ok(
          error.code === "PT400"
            ? isProblemCode(error.message)
            : error.code.startsWith("22"),
          tried,
        );
      }
    }
  });
}

/** What a call raises: the problem's code, and the pointer if it is a broken rule. */
async function raised(
  actor: typeof owner,
  name: string,
  args: Record<string, unknown>,
) {
  const { error } = await actor.supabase.rpc(name, args);
  assert.ok(error, name);
  const details = JSON.parse(error.details ?? "{}");
  return [error.message, details.errors?.[0].pointer];
}

Deno.test("a member who is null is refused by that argument's name", async () => {
  assert.deepEqual(
    await raised(owner, "put_member", {
      ...usual.put_member,
      user_id: null,
    }),
    ["validation_failed", "/user_id"],
  );
});

Deno.test("a member who removes null has not left", async () => {
  const { error } = await owner.supabase.rpc("put_member", usual.put_member);
  assert.equal(error, null);
  assert.deepEqual(
    await raised(member, "remove_member", {
      continuation_id: id,
      user_id: null,
    }),
    ["owner_only", undefined],
  );
  const { data } = await member.supabase.rpc("read_member", {
    continuation_id: id,
    user_id: member.id,
  });
  assert.equal(JSON.parse(data).declined_at, null);
});

const rules: [argument: string, value: string][] = [
  ["original_name", "a\u0001b.txt"],
  ["original_name", "a\u009fb.txt"],
  ["original_name", "a\u202eb.txt"],
  ["original_name", "a/b.txt"],
  ["mime_type", "text/plain; charset=utf-8"],
  ["declared_type", "text/plain\u0001"],
  ["declared_type", "x".repeat(1001)],
  ["type_parameters", ""],
  ["type_parameters", "charset=é"],
];
for (const [argument, value] of rules) {
  Deno.test(`reserve_file refuses ${argument} ${JSON.stringify(value.slice(0, 30))} by its name`, async () => {
    assert.deepEqual(
      await raised(owner, "reserve_file", {
        ...usual.reserve_file,
        [argument]: value,
      }),
      ["validation_failed", `/${argument}`],
    );
  });
}
