/** What a client does not read of an export is not read from the database either. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { faultyProject } from "../support/fault_proxy.ts";
import { longConversation } from "../support/long_conversation.ts";
import { withSql } from "../support/sql.ts";

const PIECES_IN_BUFFERS = 12;

Deno.test("an export that nobody reads stops after what buffers on the way hold, and goes on once it is read", async () => {
  const owner = await signUp("owner");
  const id = await longConversation(owner, 12_000, 2000);
  // A manifest of 18 MB, too.
  await withSql((sql) =>
    sql`
      with contents as (
        insert into continuum.file_contents (owner_id, bucket, mime_type, size_bytes, storage_path)
        select ${owner.id}, 'user-files', 'text/plain', 0, gen_random_uuid()::text
        from generate_series(1, 300) returning id
      ), files as (
        insert into continuum.files (owner_id, content_id, original_name, mime_type, metadata)
        select ${owner.id}, id, 'a.txt', 'text/plain', jsonb_build_object('a', repeat('x', 60000))
        from contents returning id
      )
      insert into continuum.conversation_files (conversation_id, file_id, attached_by)
      select ${id}, id, ${owner.id} from files
    `
  );
  await using project = await faultyProject("conversation-history");
  let pieces = 0;
  project.fail(({ path }) => {
    if (/\/rpc\/export_(messages|files)$/.test(path)) pieces++;
    return null;
  });
  const response = await fetch(
    `${project.functionUrl}/conversation-history/${id}/export`,
    { headers: owner.headers },
  );
  assert.equal(response.status, 200);
  // It has stopped once no piece comes for a while.
  let before;
  do {
    before = pieces;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  } while (pieces > before);
  assert.ok(pieces > 0 && pieces <= PIECES_IN_BUFFERS, `${pieces} pieces`);

  const text = await response.text();
  assert.match(text, /\{"type":"end","messages":12000,.*\}\n$/);
  assert.ok(pieces > PIECES_IN_BUFFERS, `${pieces} pieces`);
});
