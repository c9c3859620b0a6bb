/** SIGKILL of file-upload between two of its steps: what is left is for the sweep to take. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { faultyProject, hold, type Passing } from "../support/fault_proxy.ts";
import { request } from "../support/http.ts";
import {
  assertConsistent,
  complete,
  kept,
  put,
  reserve,
  storedFile,
  sweepAll,
  unique,
  upload,
} from "../support/stored_files.ts";

const atOnce = { pending_seconds: 0, unlinked_seconds: 0 };
const nothing = { rows: [], objects: [], bytes_used: 0 };

const rpc = (name: string) => ({ path }: Passing) =>
  path === `/rest/v1/rpc/${name}`;
const storage = (verb: string) => ({ method, path }: Passing) =>
  method === verb && path.startsWith("/storage/v1/object/user-files");

/** A small file goes to Storage in one piece, and a large one as it comes. */
const contents = {
  small: () => unique("killed"),
  large: () => unique("x".repeat(2 * 1024 * 1024)),
};

for (
  const [step, matches, passed, left] of [
    ["once its row is there", rpc("begin_upload"), true, ["pending", 0]],
    ["before its bytes arrive", storage("POST"), false, ["pending", 0]],
    ["once its bytes are there", storage("POST"), true, ["pending", 1]],
    ["before it is completed", rpc("complete_file"), false, ["pending", 1]],
    ["once it is completed", rpc("complete_file"), true, ["ready", 1]],
  ] as const
) {
  for (const [size, contentOf] of Object.entries(contents)) {
    Deno.test(`a ${size} upload killed ${step} can be sent again and is swept`, async () => {
      const owner = await signUp("owner");
      const content = contentOf();
      await using project = await faultyProject("file-upload");
      const { fault, reached } = hold(matches, { passed });
      project.fail(fault);
      const answer = request(owner, "file-upload", {
        at: project.at,
        body: content,
        headers: { "Content-Type": "text/plain", "X-File-Name": "a.txt" },
      }).catch(() => null);
      await reached;
      await project.kill();
      // Nobody says 201 of what was not heard to be stored.
      assert.ok(((await answer)?.status ?? 502) >= 500);

      const { rows, objects } = await kept(owner.id);
      assert.deepEqual([rows[0]?.status, objects.length], left);
      const again = await upload(owner, { content });
      assert.equal(again.status, left[0] === "ready" ? 200 : 201);
      await sweepAll({ pending_seconds: 0 });
      const state = await assertConsistent(owner.id);
      assert.deepEqual(
        state.rows.map(({ id, status }) => [id, status]),
        [[again.body.file.id, "ready"]],
      );
      await sweepAll(atOnce);
      assert.deepEqual(await kept(owner.id), nothing);
    });
  }
}

for (const passed of [false, true]) {
  Deno.test(`a deletion killed ${passed ? "after" : "before"} its object goes is finished by the sweep`, async () => {
    const owner = await signUp("owner");
    const { id } = await storedFile(owner);
    await using project = await faultyProject("file-upload");
    const { fault, reached } = hold(storage("DELETE"), { passed });
    project.fail(fault);
    const answer = request(owner, `file-upload/${id}`, {
      at: project.at,
      method: "DELETE",
    }).catch(() => null);
    await reached;
    await project.kill();
    await answer;
    const { rows, objects, bytes_used } = await kept(owner.id);
    assert.deepEqual(
      [rows[0]?.status, objects.length, bytes_used],
      ["deleted", passed ? 0 : 1, 0],
    );
    await sweepAll();
    assert.deepEqual(await kept(owner.id), nothing);
  });

  Deno.test(`a sweep killed ${passed ? "after" : "before"} it removes objects is finished by the next`, async () => {
    const owner = await signUp("owner");
    for (let n = 0; n < 3; n++) await storedFile(owner);
    await using project = await faultyProject("file-upload");
    const { fault, reached } = hold(storage("DELETE"), { passed });
    project.fail(fault);
    const answer = request(owner, "file-upload/_/sweep", {
      at: project.at,
      headers: { apikey: project.at.secretKey },
      json: { ...atOnce, max_objects: 1000 },
    }).catch(() => null);
    await reached;
    await project.kill();
    await answer;
    assert.equal((await kept(owner.id)).rows.length, 3);
    await sweepAll(atOnce);
    assert.deepEqual(await kept(owner.id), nothing);
  });

  Deno.test(`a completion killed ${passed ? "after" : "before"} its commit can be repeated`, async () => {
    const owner = await signUp("owner");
    const reservation = await reserve(owner);
    const { id } = reservation.body.file;
    await put(reservation, "hello");
    await using project = await faultyProject("file-upload");
    const { fault, reached } = hold(rpc("complete_file"), { passed });
    project.fail(fault);
    const answer = request(owner, `file-upload/${id}/complete`, {
      at: project.at,
      method: "POST",
    }).catch(() => null);
    await reached;
    await project.kill();
    await answer;
    assert.equal((await complete(owner, id)).status, 200);
    const { rows } = await assertConsistent(owner.id);
    assert.deepEqual(rows.map(({ status }) => status), ["ready"]);
  });
}
