/** A share gives a conversation's files, and takes them along when it ends. */
import assert from "node:assert/strict";
import { cast, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { storedFile } from "../support/stored_files.ts";
import { pathOf } from "./world.ts";

const { owner, viewer } = await cast();

async function conversationWithFile() {
  const { id: file } = await storedFile(owner);
  const { body } = await append(owner, fresh("files"), ["hello"], {
    file_ids: [file],
  });
  return { id: body.conversation.id as string, file: file as string };
}

Deno.test("who is invited to a conversation reads its files, and from the removal on no more", async () => {
  const { id, file } = await conversationWithFile();
  const guest = await signUp("guest");
  const member = `conversation-history/${id}/members/${guest.id}`;
  const read = (path: string) => request(guest, `file-download/${file}${path}`);
  const paths = ["", "/metadata", "/url"];

  for (const path of paths) assertProblem(await read(path), 404, "not_found");
  await request(owner, member, { method: "PUT", json: { role: "viewer" } });
  for (const path of paths) assert.equal((await read(path)).status, 200);
  await request(owner, member, { method: "DELETE" });
  for (const path of paths) assertProblem(await read(path), 404, "not_found");
  const { data } = await guest.supabase.storage.from("user-files")
    .download(await pathOf(file));
  assert.equal(data, null);
});

Deno.test("a conversation that is deleted takes its files from its members, and not from their owner", async () => {
  const { id, file } = await conversationWithFile();
  await share(id, viewer, "viewer");
  const read = (actor = viewer) => request(actor, `file-download/${file}`);
  assert.equal((await read()).status, 200);
  await request(owner, `conversation-history/${id}`, { method: "DELETE" });
  assertProblem(await read(), 404, "not_found");
  assert.equal((await read(owner)).status, 200);
});
