import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import {
  assertConsistent,
  kept,
  maintenance,
  put,
  reserve,
  storedFile,
  sweep,
  sweepAll,
} from "../support/stored_files.ts";

const atOnce = { pending_seconds: 0, unlinked_seconds: 0 };
const empty = { rows: [], objects: [], bytes_used: 0 };

/** Marks a file as deleted and leaves its object, as a crash between the two does. */
const markDeleted = (id: string) =>
  withSql((sql) =>
    sql`update continuum.files set status = 'deleted' where id = ${id}`
  );

/** Makes the row of a file vanish and leaves its object. */
const forget = (id: string) =>
  withSql((sql) => sql`delete from continuum.file_contents where id = ${id}`);

Deno.test("the sweep takes the secret key and nothing else", async () => {
  const user = await signUp("user");
  const path = "file-upload/_/sweep";
  const { apikey = "" } = user.headers;
  for (
    const headers of [
      {},
      { apikey },
      user.headers,
      { Authorization: maintenance.headers.apikey ?? "" },
      { apikey: "sb_secret_wrong" },
    ] as Record<string, string>[]
  ) {
    const answer = await request(
      { ...user, headers },
      path,
      {
        json: {},
      },
    );
    assert.equal(answer.status, 401);
  }
  assert.equal((await sweep()).status, 200);
});

Deno.test("what it is told is checked", async () => {
  assertInvalid(await sweep({ pending_seconds: -1 }), "/pending_seconds");
  assertInvalid(await sweep({ max_objects: 0 }), "/max_objects");
  assertInvalid(await sweep({ max_objects: 1001 }), "/max_objects");
  assertProblem(await sweep({ max_rows: 1 }), 422, "validation_failed");
});

Deno.test("an unfinished upload is given up once its time is over, not before", async () => {
  const owner = await signUp("owner");
  await reserve(owner, { size_bytes: 100 });
  await put(await reserve(owner), "hello");
  await sweepAll();
  assert.equal((await kept(owner.id)).rows.length, 2);
  const { expired } = await sweepAll({ pending_seconds: 0 });
  assert.ok(expired >= 2);
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("an unfinished upload lives three hours unless the sweep is told otherwise", async () => {
  const owner = await signUp("owner");
  const young = (await reserve(owner)).body.file.id;
  const old = (await reserve(owner)).body.file.id;
  const makeOld = (id: string, minutes: number) =>
    withSql((sql) =>
      sql`update continuum.file_contents
        set created_at = now() - make_interval(mins => ${minutes}) where id = ${id}`
    );
  await makeOld(young, 175);
  await makeOld(old, 185);
  await sweepAll();
  assert.deepEqual((await kept(owner.id)).rows.map(({ id }) => id), [young]);
});

Deno.test("an upload of more than was announced is given up at once", async () => {
  const owner = await signUp("owner");
  await put(await reserve(owner, { size_bytes: 3 }), "hello");
  await sweepAll();
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("a file without a conversation goes once its time is over, not before", async () => {
  const owner = await signUp("owner");
  await storedFile(owner);
  await sweepAll();
  assert.equal((await kept(owner.id)).objects.length, 1);
  const { unlinked } = await sweepAll({ unlinked_seconds: 0 });
  assert.ok(unlinked >= 1);
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("a file that a conversation or a message links stays", async () => {
  const owner = await signUp("owner");
  const conversation = await append(owner, fresh("files"), ["hello"]);
  const { id } = conversation.body.conversation;
  const files = [
    await storedFile(owner, { query: `continuation_id=${id}` }),
    await storedFile(owner),
  ];
  await append(owner, id, [{ content: "see", file_ids: [files[1].id] }]);
  await sweepAll(atOnce);
  const state = await assertConsistent(owner.id);
  assert.deepEqual(
    state.rows.map((row) => [row.id, row.status]),
    files.map((file) => [file.id, "ready"]).sort(),
  );
});

Deno.test("a file goes after the last conversation that links it", async () => {
  const owner = await signUp("owner");
  const { id } = (await append(owner, fresh("files"), ["hello"])).body
    .conversation;
  await storedFile(owner, { query: `continuation_id=${id}` });
  await request(owner, `conversation-history/${id}`, { method: "DELETE" });
  // Its time starts now.
  await sweepAll({ unlinked_seconds: 3600 });
  assert.equal((await kept(owner.id)).rows.length, 1);
  await sweepAll(atOnce);
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("objects of deleted rows and of no row are removed, with true counts", async () => {
  await sweepAll(atOnce);
  const owner = await signUp("owner");
  const files = [];
  for (let n = 0; n < 5; n++) files.push(await storedFile(owner));
  await Promise.all(files.slice(0, 2).map(({ id }) => markDeleted(id)));
  await Promise.all(files.slice(2, 4).map(({ id }) => forget(id)));
  const { body } = await sweep();
  assert.deepEqual(body, {
    expired: 0,
    unlinked: 0,
    objects: 4,
    rows: 2,
    more: false,
  });
  const state = await assertConsistent(owner.id);
  assert.deepEqual(state.rows.map(({ id }) => id), [files[4].id]);
  assert.deepEqual((await sweep()).body, { ...body, objects: 0, rows: 0 });
});

Deno.test("a deleted row whose object is gone already is forgotten", async () => {
  const owner = await signUp("owner");
  const { id } = await storedFile(owner);
  await request(owner, `file-upload/${id}`, { method: "DELETE" });
  await sweepAll();
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("max_objects bounds a call, and more says that there is work left", async () => {
  await sweepAll(atOnce);
  const owner = await signUp("owner");
  for (let n = 0; n < 5; n++) await storedFile(owner);
  const calls = [];
  for (let n = 0; n < 3; n++) {
    calls.push((await sweep({ ...atOnce, max_objects: 2 })).body);
  }
  assert.deepEqual(
    calls.map((
      { unlinked, objects, rows, more },
    ) => [unlinked, objects, rows, more]),
    [[2, 2, 2, true], [2, 2, 2, true], [1, 1, 1, false]],
  );
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("sweeps side by side converge, and count nothing twice", async () => {
  await sweepAll(atOnce);
  const owner = await signUp("owner");
  for (let n = 0; n < 8; n++) await storedFile(owner);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => sweep({ ...atOnce, max_objects: 3 })),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  const rest = await sweepAll(atOnce);
  const sum = (key: "unlinked" | "objects" | "rows") =>
    answers.reduce((total, { body }) => total + body[key], rest[key]);
  assert.deepEqual([sum("unlinked"), sum("objects"), sum("rows")], [8, 8, 8]);
  assert.deepEqual(await kept(owner.id), empty);
});

Deno.test("a sweep beside uploads takes whole files or none", async () => {
  const owner = await signUp("owner");
  const { id } = (await append(owner, fresh("files"), ["hello"])).body
    .conversation;
  const uploads = Promise.all(
    Array.from(
      { length: 6 },
      () =>
        storedFile(owner, { query: `continuation_id=${id}` }).catch(() => null),
    ),
  );
  for (let n = 0; n < 5; n++) await sweep(atOnce);
  const stored = (await uploads).filter((file) => file !== null);
  await sweepAll(atOnce);
  const state = await assertConsistent(owner.id);
  assert.deepEqual(
    state.rows.map((row) => row.id),
    stored.map((file) => file.id).sort(),
  );
});
