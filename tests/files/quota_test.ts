import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import { leftBy, nothing, text, upload } from "./uploading.ts";

const SIZE = 100 * 1024;

async function limit(actor: Actor, bytes: number): Promise<void> {
  await withSql((sql) =>
    sql`
      insert into continuum.storage_usage (owner_id, bytes_limit)
      values (${actor.id}, ${bytes})
      on conflict (owner_id) do update set bytes_limit = excluded.bytes_limit
    `
  );
}

const all = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

Deno.test("of 32 parallel uploads into room for ten exactly ten are stored", async () => {
  const actor = await signUp("quota");
  await limit(actor, 10 * SIZE);
  const answers = await all(32, () => upload(actor, text(SIZE)));
  const refused = answers.filter(({ status }) => status !== 201);
  assert.equal(refused.length, 22);
  for (const answer of refused) {
    assertProblem(answer, 413, "quota_exceeded");
    assert.equal(answer.body.limit, 10 * SIZE);
    assert.ok(answer.body.used <= 10 * SIZE);
    assert.ok(answer.body.used + SIZE > 10 * SIZE);
  }
  assert.deepEqual(await leftBy(actor), {
    files: 10,
    objects: 10,
    used: 10 * SIZE,
    sum: 10 * SIZE,
  });
});

Deno.test("20 parallel uploads of the same bytes are one file and one object", async () => {
  const actor = await signUp("same");
  const bytes = text(SIZE);
  const answers = await all(20, () => upload(actor, bytes));
  const ids = new Set(answers.map(({ body }) => body.file?.id));
  assert.equal(ids.size, 1);
  assert.deepEqual(
    answers.map(({ status }) => status).sort(),
    [...Array(19).fill(200), 201],
  );
  assert.deepEqual(await leftBy(actor), {
    files: 1,
    objects: 1,
    used: SIZE,
    sum: SIZE,
  });
});

Deno.test("a file that fills the quota to its last byte is stored, the next byte is not", async () => {
  const actor = await signUp("full");
  await limit(actor, SIZE);
  assert.equal((await upload(actor, text(SIZE))).status, 201);
  const answer = await upload(actor, "x");
  assertProblem(answer, 413, "quota_exceeded");
  assert.equal(answer.body.used, SIZE);
  assert.equal(answer.body.limit, SIZE);
  assert.equal((await upload(actor, "")).status, 201);
});

Deno.test("quota holds without Content-Length, and what was begun is given back", async () => {
  const actor = await signUp("stream");
  await limit(actor, 3 * SIZE);
  const stream = (size: number) => new Blob([text(size)]).stream();
  const over = await upload(actor, stream(3 * SIZE + 1));
  assertProblem(over, 413, "quota_exceeded");
  assert.deepEqual(await leftBy(actor), nothing);
  assert.equal((await upload(actor, stream(3 * SIZE))).status, 201);
  assert.equal((await leftBy(actor)).used, 3 * SIZE);
});

Deno.test("quota holds between the files of a form", async () => {
  const actor = await signUp("form");
  await limit(actor, 2 * SIZE);
  const form = new FormData();
  for (const name of ["1", "2", "3"]) {
    form.append("file", new File([text(SIZE)], name, { type: "text/plain" }));
  }
  const { status, body } = await request(actor, "file-upload", { body: form });
  assert.equal(status, 207);
  assert.equal(body.results[2].problem.code, "quota_exceeded");
  assert.equal((await leftBy(actor)).used, 2 * SIZE);
});

Deno.test("deleting gives quota back once, however often and at once it is asked", async () => {
  const actor = await signUp("delete");
  await limit(actor, SIZE);
  const { id } = (await upload(actor, text(SIZE))).body.file;
  const answers = await all(
    8,
    () => request(actor, `file-upload/${id}`, { method: "DELETE" }),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort(),
    [204, ...Array(7).fill(404)],
  );
  assert.deepEqual(await leftBy(actor), nothing);
  assert.equal((await upload(actor, text(SIZE))).status, 201);
});

Deno.test("one owner's full quota is nobody else's", async () => {
  const [full, other] = await Promise.all([signUp("full"), signUp("other")]);
  await limit(full, 0);
  assertProblem(await upload(full, "x"), 413, "quota_exceeded");
  assert.equal((await upload(other, "x")).status, 201);
});
