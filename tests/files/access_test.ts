/** Every operation of access_reads.ts and access_writes.ts by every actor, as its case says. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { reads } from "./access_reads.ts";
import { actors, makeWorld, owner, readState } from "./access_world.ts";
import { writes } from "./access_writes.ts";

/** Shared by all that must change nothing. */
const untouched = await makeWorld();
const names = (allowed: string) => new Set(allowed.split(" "));

for (const { what, allowed, sees } of reads) {
  for (const actor of Object.values(actors)) {
    const may = names(allowed).has(actor.name);
    Deno.test(`${actor.name} ${may ? "reads" : "does not read"} ${what}`, async () => {
      assert.equal(await sees(actor, untouched), may);
    });
  }
}

for (const { what, allowed, run, happened } of writes) {
  for (const actor of Object.values(actors)) {
    const may = names(allowed).has(actor.name);
    Deno.test(`${actor.name} ${may ? "can" : "cannot"} ${what}`, async () => {
      const world = may ? await makeWorld() : untouched;
      const before = await readState(world);
      const answer = await run(actor, world);
      const after = await readState(world);
      assert.equal(happened(after, world, before), may, JSON.stringify(answer));
      if (!may) assert.deepEqual(after, before);
    });
  }
}

Deno.test("who joins the conversation reads its files, and from the removal on no more", async () => {
  const { conversation, linked } = await makeWorld();
  const guest = await signUp("guest");
  const member = `conversation-history/${conversation}/members/${guest.id}`;
  const read = (path: string) =>
    request(guest, `file-download/${linked}${path}`);
  const paths = ["", "/metadata", "/url"];

  for (const path of paths) assertProblem(await read(path), 404, "not_found");
  await request(owner, member, { method: "PUT", json: { role: "viewer" } });
  for (const path of paths) assert.equal((await read(path)).status, 200);
  await request(owner, member, { method: "DELETE" });
  for (const path of paths) assertProblem(await read(path), 404, "not_found");
  const { data } = await guest.supabase.storage.from("user-files")
    .download(`${owner.id}/${linked}`);
  assert.equal(data, null);
});

Deno.test("a link taken away takes the file with it", async () => {
  const { conversation, linked } = await makeWorld();
  const read = () => request(actors.viewer, `file-download/${linked}`);
  assert.equal((await read()).status, 200);
  await owner.supabase.from("conversations").delete().eq("id", conversation);
  assertProblem(await read(), 404, "not_found");
  assert.equal((await request(owner, `file-download/${linked}`)).status, 200);
});
