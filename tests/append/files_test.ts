import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { storedFile } from "../support/stored_files.ts";

Deno.test("an append links files to its conversation and to its messages", async () => {
  const owner = await signUp("owner");
  const name = fresh("files");
  const [whole, one] = [
    (await storedFile(owner)).id,
    (await storedFile(owner)).id,
  ];
  const appended = await append(owner, name, [{
    content: "see",
    file_ids: [one],
  }, "and"], {
    file_ids: [whole],
  });
  assert.equal(appended.status, 201);
  assert.deepEqual(appended.body.messages[0].file_ids, [one]);
  assert.deepEqual(appended.body.messages[1].file_ids, []);
  const read = await history(owner, name);
  assert.deepEqual(read.body.messages[0].file_ids, [one]);
  const listed = await request(owner, `file-download?continuation_id=${name}`);
  assert.deepEqual(
    listed.body.files.map(({ id }: { id: string }) => id).sort(),
    [whole, one].sort(),
  );
});

Deno.test("a file that is not there and one of somebody else are refused alike, and nothing is written", async () => {
  const [owner, stranger] = [await signUp("owner"), await signUp("stranger")];
  const name = fresh("files");
  const hidden = (await storedFile(stranger)).id;
  for (const file_id of [hidden, crypto.randomUUID()]) {
    for (
      const answer of [
        await append(owner, name, ["hello"], { file_ids: [file_id] }),
        await append(owner, name, [{ content: "hello", file_ids: [file_id] }]),
      ]
    ) {
      assertProblem(answer, 422, "unknown_file");
      assert.equal(answer.body.file_id, file_id);
    }
  }
  assert.equal((await history(owner, name)).body.conversation, null);
});

Deno.test("the same idempotency key with other files is another payload", async () => {
  const owner = await signUp("owner");
  const name = fresh("files");
  const headers = { "Idempotency-Key": "turn" };
  const file_ids = [(await storedFile(owner)).id];
  await append(owner, name, ["hello"], { headers, file_ids });
  const again = await append(owner, name, ["hello"], { headers, file_ids });
  assert.equal(again.status, 200);
  assertProblem(
    await append(owner, name, ["hello"], { headers }),
    422,
    "idempotency_mismatch",
  );
});
