/** What nobody may do to the bytes of a file, or with somebody else's. */
import assert from "node:assert/strict";
import { cast, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import {
  complete,
  kept,
  put,
  reserve,
  storedFile,
  sweepAll,
  unique,
} from "../support/stored_files.ts";
import { target } from "../support/target.ts";

const { owner, editor, viewer, stranger } = await cast();

Deno.test("an object that replaces a ready file's is read by nobody, not even its owner", async () => {
  const file = await storedFile(owner);
  const path = `file-download/${file.id}`;
  // As an upload leaves it that began while the file was pending and ended after it was ready.
  await withSql((sql) =>
    sql`update storage.objects set version = ${crypto.randomUUID()}
      where name = ${`${owner.id}/${file.id}`}`
  );
  assertProblem(await request(owner, path), 404, "not_found");
  assertProblem(await request(owner, `${path}/url`), 404, "not_found");
});

Deno.test("the owner alone reads the object of a pending file, and anybody that of no other path", async () => {
  const reservation = await reserve(owner);
  await put(reservation, "hello");
  const { bucket } = reservation.body.file;
  const read = async (actor: typeof owner, path: string) => {
    const response = await fetch(
      `${target.url}/storage/v1/object/authenticated/${bucket}/${path}`,
      { headers: actor.headers },
    );
    await response.body?.cancel();
    return response.status;
  };
  const path = reservation.body.signed_upload.path;
  assert.equal(await read(owner, path), 200);
  assert.ok(await read(stranger, path) >= 400);
  await complete(owner, reservation.body.file.id);
  assert.equal(await read(owner, path), 200);
  assert.ok(await read(stranger, path) >= 400);
});

Deno.test("bytes that pending uploads have beyond their reservation count for the next one", async () => {
  const actor = await signUp("overdrawn");
  await reserve(actor, { size_bytes: 1 });
  const { rows } = await kept(actor.id);
  const limit = 10_000;
  await withSql(async (sql) => {
    await sql`update continuum.storage_usage set bytes_limit = ${limit} where owner_id = ${actor.id}`;
    // What Storage records of an upload without Content-Length, which it holds to no limit.
    await sql`insert into storage.objects (bucket_id, name, metadata, version)
      values ('user-files', ${
      rows[0]!.storage_path
    }, '{"size": 400000000}', '1')`;
  });
  assertProblem(await reserve(actor, { size_bytes: 1 }), 413, "quota_exceeded");
  await withSql((sql) =>
    sql.begin(async (sql) => {
      await sql`select set_config('storage.allow_delete_query', 'true', true)`;
      await sql`delete from storage.objects where name = ${
        rows[0]!.storage_path
      }`;
    })
  );
  assert.equal((await reserve(actor, { size_bytes: 1 })).status, 201);
});

Deno.test("unfinished uploads are bounded in number, empty ones too", async () => {
  const actor = await signUp("unfinished");
  const first = await reserve(actor, { size_bytes: 0 });
  await withSql((sql) =>
    sql`update continuum.storage_usage set pending_limit = 2 where owner_id = ${actor.id}`
  );
  assert.equal((await reserve(actor, { size_bytes: 0 })).status, 201);
  const refused = await reserve(actor, { size_bytes: 0 });
  assertProblem(refused, 413, "quota_exceeded");
  assert.match(refused.body.detail, /unfinished uploads/);
  await request(actor, `file-upload/${first.body.file.id}`, {
    method: "DELETE",
  });
  assert.equal((await reserve(actor, { size_bytes: 0 })).status, 201);
});

Deno.test("a file that a viewer passes on is shown to its owner, whose deletion ends it", async () => {
  const { id } = (await append(owner, fresh("shared"), ["hello"])).body
    .conversation;
  await share(id, viewer, "viewer");
  const file = await storedFile(owner, { query: `continuation_id=${id}` });
  const own = (await append(viewer, fresh("own"), [
    { content: "look", file_ids: [file.id] },
  ])).body.conversation;
  await share(own.id, stranger, "viewer");
  const read = () => request(stranger, `file-download/${file.id}`);
  assert.equal((await read()).status, 200);

  const path = `file-download/${file.id}/metadata`;
  const { links } = (await request(owner, path)).body;
  assert.deepEqual(
    // deno-lint-ignore no-explicit-any -- links of an answer
    links.map((link: any) => [link.conversation_id, link.attached_by]),
    [[own.id, viewer.id], [id, owner.id]],
  );
  assert.equal((await request(stranger, path)).body.links, null);

  await request(owner, `file-upload/${file.id}`, { method: "DELETE" });
  assertProblem(await read(), 404, "not_found");
});

Deno.test("an owner's deletion waits for no one who links the file", async () => {
  const { id } = (await append(owner, fresh("held"), ["hello"])).body
    .conversation;
  await share(id, editor, "editor");
  const file = await storedFile(owner, { query: `continuation_id=${id}` });
  await withSql((sql) =>
    sql.begin(async (sql) => {
      await sql`set local role authenticated`;
      await sql`select set_config('request.jwt.claims', ${
        JSON.stringify({ sub: editor.id, role: "authenticated" })
      }, true)`;
      await sql`select continuum.link_files(${id}, null, array[${file.id}]::uuid[])`;
      await sql`delete from continuum.conversation_files where file_id = ${file.id}`;
      const deleted = await request(owner, `file-upload/${file.id}`, {
        method: "DELETE",
      });
      assert.equal(deleted.status, 204);
    })
  );
});

Deno.test("20,000 links of one file go at once, by their owner and by the sweep", async () => {
  const actor = await signUp("links");
  const conversations: string[] = [];
  for (const name of ["deleted", "swept"]) {
    const { id } = (await append(actor, fresh(name), ["hello"])).body
      .conversation;
    const file = await storedFile(actor, { content: unique(name) });
    await withSql(async (sql) => {
      await sql`insert into continuum.messages
          (conversation_id, seq, author_id, role, content, token_count, payload_hash, size_bytes, position, parent_position, search_vector)
        select ${id}, n, ${actor.id}, 'user', 'x', 1, sha256('x'), 1, n, n - 1, ''
        from generate_series(2, 10000) n`;
      await sql`update continuum.conversations
        set last_seq = 10000, head_position = 10000 where id = ${id}`;
      await sql`insert into continuum.conversation_files (conversation_id, file_id, message_seq)
        select ${id}, ${file.id}, n from generate_series(1, 10000) n`;
    });
    conversations.push(id);
  }
  const [deleted, swept] = conversations;
  const start = performance.now();
  const answer = await request(actor, `conversation-history/${deleted}`, {
    method: "DELETE",
  });
  assert.ok(answer.status < 300, answer.text);
  await withSql((sql) =>
    sql`update continuum.conversations set ttl_seconds = 1 where id = ${swept!}`
  );
  await new Promise((resolve) => setTimeout(resolve, 1200));
  for (let call = 0; call < 10; call++) {
    const [row] = await withSql((sql) =>
      sql.begin(async (sql) => {
        await sql`set local role service_role`;
        return await sql`select public.sweep_conversations(100)::json as answer`;
      })
    );
    if (!row?.answer.more) break;
  }
  const [left] = await withSql((sql) =>
    sql`select count(*)::int as links from continuum.conversation_files
      where conversation_id = any (${conversations}::uuid[])`
  );
  assert.equal(left?.links, 0);
  assert.ok(performance.now() - start < 20_000);
});

Deno.test("the sweep passes over what fails and does the rest", async () => {
  const actor = await signUp("failing");
  const [stuck, gone] = [await storedFile(actor), await storedFile(actor)];
  await withSql(async (sql) => {
    // Somebody holds the row of one.
    const held = Promise.withResolvers<void>();
    const holding = sql.begin(async (sql) => {
      await sql`select from continuum.files where id = ${stuck.id} for update`;
      await held.promise;
    });
    try {
      await sweepAll({ unlinked_seconds: 0 }).catch(() => {});
    } finally {
      held.resolve();
      await holding;
    }
  });
  assert.deepEqual(
    (await kept(actor.id)).rows.map(({ id }) => id),
    [stuck.id],
  );
  await sweepAll({ unlinked_seconds: 0 });
  assert.deepEqual((await kept(actor.id)).rows, []);
  assertProblem(
    await request(actor, `file-download/${gone.id}`),
    404,
    "not_found",
  );
});
