/** After an erasure no byte of the body is left, anywhere that anybody can look. */
import assert from "node:assert/strict";
import { type Actor, cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import { storedFile } from "../support/stored_files.ts";
import { invite, type Message } from "./conversation_under_test.ts";

const { owner, editor, viewer, stranger } = await cast();

const erase = (actor: Actor, address: string, message: string | number) =>
  request(actor, `conversation-history/${address}/messages/${message}`, {
    method: "DELETE",
  });

/** A word that is nowhere else, in each place that a body has. */
function secret(client_id: string) {
  const word = `zq${crypto.randomUUID().replaceAll("-", "")}`;
  return {
    word,
    draft: {
      client_id,
      content: `content ${word}`,
      parts: [{ type: "text", text: `parts ${word}` }, {
        type: "tool-call",
        toolCallId: `call-${word}`,
      }],
      metadata: { note: `metadata ${word}` },
    },
  };
}

/** A conversation that all but the stranger are members of. */
async function together(...messages: Parameters<typeof append>[2]) {
  const { status, body, text } = await append(owner, fresh("erase"), messages);
  assert.equal(status, 201, text);
  const id: string = body.conversation.id;
  await invite(owner, id, editor, "editor");
  await invite(owner, id, viewer, "viewer");
  return id;
}

/** The rows of every table that a text occurs in, by the name of the table. */
function tablesWith(text: string): Promise<string[]> {
  return withSql(async (sql) => {
    const tables = await sql`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('continuum', 'public')
    `;
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await sql.unsafe(
        `select from ${name} t where strpos(t::text, $1) > 0`,
        [text],
      );
      found.push(...rows.map(() => name));
    }
    return found;
  });
}

for (
  const [name, leave] of [
    ["a live message", async () => {}],
    [
      "a message that was revised",
      (id: string) => append(owner, id, [{ content: "new", revises: 2 }]),
    ],
    [
      "a message that was rewound past",
      (id: string) => append(owner, id, [], { after_position: 1 }),
    ],
  ] as const
) {
  Deno.test(`nothing of ${name} is left in any table or answer once it is erased`, async () => {
    const { word, draft } = secret("s");
    const id = await together("before", draft, "after");
    await leave(id);
    assert.ok((await tablesWith(word)).includes("continuum.messages"));

    const erased = await erase(owner, id, 2);
    assert.equal(erased.status, 200, erased.text);
    assert.notEqual(erased.body.erased_at, null);
    assert.deepEqual(
      [erased.body.content, erased.body.parts, erased.body.metadata],
      [null, null, {}],
    );

    assert.deepEqual(await tablesWith(word), []);
    const [row] = await withSql((sql) =>
      sql`
        select payload_hash, search_vector::text as words, call_ids, result_ids, size_bytes::int, client_id
        from continuum.messages where conversation_id = ${id} and seq = 2
      `
    );
    assert.deepEqual({ ...row }, {
      payload_hash: null,
      words: "",
      call_ids: null,
      result_ids: null,
      size_bytes: 2,
      client_id: "s",
    });

    const address = `conversation-history/${id}`;
    const fork = await request(viewer, `${address}/fork`, { json: {} });
    assert.equal(fork.status, 201, fork.text);
    const reads = [
      address,
      `${address}?view=log`,
      `${address}/messages/2`,
      `${address}/messages/${erased.body.id}`,
      `${address}/context?max_tokens=1000`,
      `${address}/export`,
      `conversation-history?q=${word}`,
      `conversation-history/${fork.body.id}?view=log`,
      `conversation-history/${fork.body.id}/export`,
    ];
    for (const path of reads) {
      const { status, text } = await request(
        path.includes(fork.body.id) ? viewer : owner,
        path,
      );
      assert.equal(status, 200, `${path}: ${text}`);
      // A search answers no query: its word is in no hit.
      assert.ok(!text.includes(word), path);
    }
    assert.deepEqual(await tablesWith(word), []);
  });
}

Deno.test("an erasure leaves the log and the line as they were", async () => {
  const id = await together("1", "2", "3");
  const places = async () =>
    (await history(owner, id, "view=log")).body.messages.map(
      ({ seq, id, position, parent_position, live, role }: Message) => ({
        seq,
        id,
        position,
        parent_position,
        live,
        role,
      }),
    );
  const before = await places();
  await erase(owner, id, 2);
  assert.deepEqual(await places(), before);
  const { body } = await append(owner, id, ["4"]);
  assert.equal(body.messages[0].parent_position, 3);
});

Deno.test("the owner erases any message, an editor their own, a viewer and a stranger none", async () => {
  const id = await together("owner's");
  await append(editor, id, ["editor's", "editor's second"]);
  const path = `conversation-history/${id}/messages/1`;
  const before = (await request(owner, path)).text;

  assertProblem(await erase(viewer, id, 1), 403, "read_only");
  assertProblem(await erase(editor, id, 1), 403, "owner_only");
  assertProblem(await erase(stranger, id, 1), 404, "not_found");
  assert.equal((await request(owner, path)).text, before);

  assert.equal((await erase(editor, id, 2)).status, 200);
  assert.equal((await erase(owner, id, 3)).status, 200);
  assertProblem(await erase(owner, id, 4), 404, "not_found");
  assertProblem(await erase(owner, id, crypto.randomUUID()), 404, "not_found");

  // Who may no longer write may no longer erase.
  await append(editor, id, ["editor's third"]);
  await invite(owner, id, editor, "viewer");
  assertProblem(await erase(editor, id, 4), 403, "read_only");
});

Deno.test("a message of another conversation is not found, and not erased", async () => {
  const id = await together("1");
  const other = await together("other");
  const { body } = await history(owner, other);
  assertProblem(await erase(owner, id, body.messages[0].id), 404, "not_found");
  assert.equal((await history(owner, other)).body.messages[0].content, "other");
});

Deno.test("erasing twice, also at once, answers the same and changes nothing", async () => {
  const id = await together("1", "2");
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => erase(owner, id, 1)),
  );
  const log = (await history(owner, id, "view=log")).text;
  for (const answer of [...answers, await erase(owner, id, 1)]) {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text, answers[0]!.text);
  }
  assert.equal((await history(owner, id, "view=log")).text, log);
});

Deno.test("a retry of an erased message does not bring it back", async () => {
  const { word, draft } = secret("s");
  const id = await together(draft);
  const keyed = { headers: { "Idempotency-Key": "k" } };
  await append(owner, id, [`keyed ${word}`], keyed);
  await append(owner, id, [{ content: `rewinding ${word}`, client_id: "r" }], {
    after_position: 2,
  });
  for (const seq of [1, 2, 3]) await erase(owner, id, seq);
  const log = (await history(owner, id, "view=log")).text;
  const retries: [Parameters<typeof append>[2], object][] = [
    [[draft], {}],
    [[draft], { on_mismatch: "revise" }],
    [[{ ...draft, content: "grown" }], { on_mismatch: "revise" }],
    [[`keyed ${word}`], keyed],
    [[{ content: `rewinding ${word}`, client_id: "r" }], { after_position: 2 }],
  ];
  for (const [messages, rest] of retries) {
    const retry = await append(owner, id, messages, { ...rest });
    assert.equal(retry.status, 200, retry.text);
    assert.equal(retry.headers.get("Idempotency-Replayed"), "true");
    assert.notEqual(retry.body.messages[0].erased_at, null);
  }
  assert.equal((await history(owner, id, "view=log")).text, log);
});

Deno.test("a retry is answered with its own row, although a later one of its name was erased", async () => {
  const named = (content: string) => [{ content, client_id: "n" }];
  const revising = { on_mismatch: "revise" };
  // The later row has the place of the first one, or, if that was left, a place of its own.
  for (const between of [[], ["elsewhere"]]) {
    const id = await together("1");
    const first = await append(owner, id, named("first"));
    if (between.length > 0) {
      await append(owner, id, between, { after_position: 1 });
    }
    const second = await append(owner, id, named("second"), revising);
    const [later] = second.body.messages;
    await erase(owner, id, later.seq);

    for (const rest of [{}, revising]) {
      const retry = await append(owner, id, named("first"), rest);
      assert.equal(retry.status, 200, retry.text);
      assert.equal(retry.body.messages[0].seq, first.body.messages[0].seq);
      assert.equal(retry.body.messages[0].content, "first");
    }
    const again = await append(owner, id, named("second"), revising);
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.messages[0].seq, later.seq);
  }
});

Deno.test("a new message in the place of an erased one is stored and not taken for its retry", async () => {
  const id = await together("1", "2");
  await erase(owner, id, 2);
  const rewind = await append(owner, id, ["new"], { after_position: 1 });
  assert.equal(rewind.status, 201, rewind.text);
  assert.equal(rewind.body.messages[0].content, "new");
  await erase(owner, id, 3);
  const revised = await append(owner, id, [{ content: "newer", revises: 3 }]);
  assert.equal(revised.status, 201, revised.text);
  assert.equal(revised.body.messages[0].content, "newer");
});

Deno.test("a message whose earlier version was erased goes on growing", async () => {
  const id = await together("u1");
  const grown = (content: string) =>
    append(owner, id, [{ content, client_id: "a1" }], {
      on_mismatch: "revise",
    });
  await grown("first, with a password");
  await grown("second");
  await erase(owner, id, 2);
  const { status, body } = await grown("third");
  assert.equal(status, 201);
  assert.equal(body.messages[0].content, "third");
  const line = (await history(owner, id)).body.messages;
  assert.deepEqual(line.map(({ content }: Message) => content), [
    "u1",
    "third",
  ]);
});

Deno.test("an erasure ends the links of the message's files and no others", async () => {
  const [its, others, whole] = await Promise.all(
    ["its", "others", "whole"].map((name) =>
      storedFile(owner, { name: `${name}.txt` })
    ),
  );
  const { body } = await append(owner, fresh("files"), [
    { content: "1", file_ids: [its.id, others.id] },
    { content: "2", file_ids: [others.id] },
  ], { file_ids: [whole.id] });
  const id: string = body.conversation.id;
  const erased = await erase(owner, id, 1);
  assert.deepEqual(erased.body.file_ids, []);
  const links = await withSql((sql) =>
    sql`
      select file_id, message_seq::int as seq from continuum.conversation_files
      where conversation_id = ${id} order by message_seq nulls last
    `
  );
  assert.deepEqual(links.map((link) => ({ ...link })), [
    { file_id: others.id, seq: 2 },
    { file_id: whole.id, seq: null },
  ]);
  const { text } = await request(owner, `conversation-history/${id}/export`);
  assert.ok(!text.includes(its.id));
  assert.ok(text.includes(whole.id));
});

Deno.test("an erasure gives the bytes back to the conversation and to its owner's quota", async () => {
  const { body } = await append(owner, fresh("bytes"), [
    "small",
    "x".repeat(900_000),
  ]);
  const id: string = body.conversation.id;
  const sizes = () =>
    withSql(async (sql) => {
      const [row] = await sql`
        select c.size_bytes::int as size, sum(m.size_bytes)::int as sum, u.bytes_used::int as used
        from continuum.conversations c
        join continuum.messages m on m.conversation_id = c.id
        join continuum.message_usage u on u.owner_id = c.owner_id
        where c.id = ${id} group by c.id, u.owner_id
      `;
      return row as unknown as { size: number; sum: number; used: number };
    });
  const before = await sizes();
  assert.equal(before.size, before.sum);
  assert.ok(before.size > 900_000);
  await erase(owner, id, 2);
  const after = await sizes();
  assert.equal(after.size, after.sum);
  assert.ok(after.size < 100);
  assert.equal(before.used - after.used, 1024 * 1024 - 4096);
});
