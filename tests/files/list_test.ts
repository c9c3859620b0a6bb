import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { reserve, storedFile } from "../support/stored_files.ts";

const owner = await signUp("owner");
const stranger = await signUp("stranger");

const conversation =
  (await append(owner, fresh("files"), ["hello"])).body.conversation;
const query = `continuation_id=${encodeURIComponent(conversation.id)}`;
const files: { id: string }[] = [];
for (let n = 0; n < 7; n++) {
  // Every other one is linked to the conversation.
  files.unshift(await storedFile(owner, n % 2 === 0 ? { query } : {}));
}
const linked = files.filter((_, index) => index % 2 === 0);
await reserve(owner);

const list = (search = "", actor: typeof owner = owner) =>
  request(actor, `file-download${search}`);
// deno-lint-ignore no-explicit-any -- files of an answer
const ids = (all: any[]) => all.map(({ id }) => id);

/** All pages, `limit` files each. */
async function pages(search: string, limit: number) {
  const found = [];
  let cursor = "";
  do {
    const { status, body, text } = await list(
      `?limit=${limit}${search}${cursor}`,
    );
    assert.equal(status, 200, text);
    assert.ok(body.files.length <= limit && body.files.length > 0);
    found.push(...body.files);
    cursor = body.next_cursor === null
      ? ""
      : `&cursor=${encodeURIComponent(body.next_cursor)}`;
  } while (cursor !== "");
  return found;
}

Deno.test("the list is one's own ready files, newest first, as they were answered", async () => {
  const { body } = await list();
  assert.deepEqual(body.files, files);
  assert.equal(body.next_cursor, null);
});

for (const limit of [1, 2, 3, 7, 100]) {
  Deno.test(`pages of ${limit} together are the list, nothing twice`, async () => {
    assert.deepEqual(ids(await pages("", limit)), ids(files));
    assert.deepEqual(ids(await pages(`&${query}`, limit)), ids(linked));
  });
}

Deno.test("what is stored while somebody turns pages does not shift them", async () => {
  const reader = await signUp("reader");
  const old = [await storedFile(reader), await storedFile(reader)].reverse();
  const first = (await list("?limit=1", reader)).body;
  await storedFile(reader);
  const second = await list(
    `?limit=1&cursor=${encodeURIComponent(first.next_cursor)}`,
    reader,
  );
  assert.deepEqual(ids([...first.files, ...second.body.files]), ids(old));
});

Deno.test("a conversation's files are listed to its members, whoever owns them", async () => {
  const viewer = await signUp("viewer");
  await share(conversation.id, viewer, "viewer");
  const { body } = await list(`?${query}`, viewer);
  assert.deepEqual(ids(body.files), ids(linked));
  assert.deepEqual((await list("", viewer)).body.files, []);
});

Deno.test("a hidden conversation and one that is not there list nothing, alike", async () => {
  const hidden = await list(`?${query}`, stranger);
  const missing = await list(`?continuation_id=${crypto.randomUUID()}`);
  assert.equal(hidden.status, 200);
  assert.deepEqual(hidden.body, { files: [], next_cursor: null });
  assert.deepEqual(missing.body, hidden.body);
});

for (
  const [what, cursor] of [
    ["nonsense", "nonsense"],
    ["an object of other fields", btoa('{"id":1}')],
    ["empty", ""],
    ["half of one", (await list("?limit=1")).body.next_cursor.slice(0, 20)],
  ]
) {
  Deno.test(`a cursor that is ${what} is 400`, async () => {
    const answer = await list(`?cursor=${encodeURIComponent(cursor)}`);
    assertProblem(answer, 400, "invalid_cursor");
  });
}

for (const limit of ["0", "101", "-1", "two", "1.5"]) {
  Deno.test(`limit=${limit} is 422`, async () => {
    assertInvalid(await list(`?limit=${limit}`), "/limit");
  });
}

Deno.test("the metadata route answers the row, with a tag for If-None-Match", async () => {
  const [file] = files;
  const path = `file-download/${file?.id}/metadata`;
  const answer = await request(owner, path);
  assert.equal(answer.status, 200);
  const { links, ...described } = answer.body;
  assert.deepEqual(described, file);
  assert.ok(Array.isArray(links));
  const tag = answer.headers.get("ETag") ?? "";
  const again = await request(owner, path, {
    headers: { "If-None-Match": tag },
  });
  assert.equal(again.status, 304);
});

Deno.test("the metadata of a pending file is the owner's to see, and nobody else's", async () => {
  const { file } = (await reserve(owner, { continuation_id: conversation.id }))
    .body;
  const path = `file-download/${file.id}/metadata`;
  const { links: _, ...described } = (await request(owner, path)).body;
  assert.deepEqual(described, file);
  assertProblem(await request(stranger, path), 404, "not_found");
});
