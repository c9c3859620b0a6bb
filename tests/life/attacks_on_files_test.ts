/** What somebody with an account can try against others by way of files: it costs others little. */
import assert from "node:assert/strict";
import { type Actor, cast, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { maintenance, storedFile } from "../support/stored_files.ts";
import { expire } from "./expiry.ts";

const { owner, viewer, editor } = await cast();

/** A conversation of `count` messages that all link one file, made by SQL. */
async function linkedOften(
  actor: Actor,
  file: string,
  count: number,
): Promise<string> {
  const id = await longConversation(actor, count);
  await withSql((sql) =>
    sql`
      insert into continuum.conversation_files (conversation_id, file_id, message_seq, attached_by)
      select ${id}, ${file}, n, ${actor.id} from generate_series(1, ${count}::int) n
    `
  );
  return id;
}

const remove = (actor: Actor, path: string) =>
  request(actor, path, { method: "DELETE" });

async function timed<T>(work: () => Promise<T>) {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

const isStored = (id: string) =>
  withSql(async (sql) =>
    (await sql`select from continuum.conversations where id = ${id}`).count > 0
  );

Deno.test("an expired conversation of 20,000 links does not stop the sweep for everybody", async () => {
  const large = await linkedOften(owner, (await storedFile(owner)).id, 20_000);
  await withSql((sql) =>
    sql`update continuum.conversations set ttl_seconds = 60 where id = ${large}`
  );
  await expire(large);
  const small = (await append(viewer, fresh("small"), ["x"], {
    ttl_seconds: 60,
  })).body.conversation.id;
  await expire(small);
  for (let call = 0; await isStored(large) || await isStored(small); call++) {
    assert.ok(call < 10, "ten sweeps were not enough");
    const { result, ms } = await timed(() =>
      request(maintenance, "conversation-history/_/sweep", { json: {} })
    );
    assert.equal(result.status, 200, result.text);
    assert.ok(ms < 30_000, `${ms} ms`);
  }
});

Deno.test("a conversation of 10,000 links is deleted within seconds", async () => {
  const id = await linkedOften(owner, (await storedFile(owner)).id, 10_000);
  const { result, ms } = await timed(() =>
    remove(owner, `conversation-history/${id}`)
  );
  assert.equal(result.status, 200, result.text);
  assert.ok(ms < 20_000, `${ms} ms`);
});

Deno.test("a former viewer's deletion does not hold the owner's file", async () => {
  const former = await signUp("former");
  const { id: file } = await storedFile(owner);
  await linkedOften(former, file, 10_000).then(async (id) => {
    const deletion = remove(former, `conversation-history/${id}`);
    const { result, ms } = await timed(() =>
      remove(owner, `file-upload/${file}`)
    );
    assert.ok(result.status < 300, result.text);
    assert.ok(ms < 4500, `${ms} ms`);
    assert.equal((await deletion).status, 200);
  });
});

Deno.test("the owner takes away a file that an editor has linked, whatever its metadata", async () => {
  const { body } = await append(owner, fresh("linked"), ["x"]);
  const { id } = body.conversation;
  await share(id, editor, "editor");
  const { id: file } = await storedFile(editor);
  await append(editor, id, [{ content: "look", file_ids: [file] }]);
  const { error } = await owner.supabase.rpc("unlink_file", {
    continuation_id: id,
    file_id: file,
  });
  assert.equal(error, null);
  const files = await request(owner, `file-download?continuation_id=${id}`);
  assert.deepEqual(files.body.files, []);
});
