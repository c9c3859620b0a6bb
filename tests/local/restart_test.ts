import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, history } from "../support/http.ts";
import type { Target } from "../support/target.ts";
import { launch, newPlace, runTask } from "./launch.ts";
import { allGone } from "./processes.ts";

Deno.test("data, accounts and tokens survive a restart", async () => {
  await using place = await newPlace();
  await using first = launch(place);
  await first.ready();
  const at = first.target;
  const owner = await signUp("owner", at);
  await append(owner, "kept", ["one", "two"], { at });
  const before = await history(owner, "kept", "", at);
  await first.stop();

  await using second = launch(place);
  await second.ready();
  const after = await history(owner, "kept", "", at);
  assert.equal(after.text, before.text);
  assert.equal(after.body.messages.length, 2);
});

Deno.test("a stack killed amid appends starts again, ends what was left, and has all that it answered, once and whole", async () => {
  await using place = await newPlace();
  await using first = launch(place);
  await first.ready();
  const at = first.target;
  const owner = await signUp("owner", at);
  const pids = await first.pids();

  const BATCH = 5;
  const acknowledged: string[] = [];
  let answers = 0;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let turn = 0;; turn++) {
      const ids = Array.from(
        { length: BATCH },
        (_, index) => `${writer}.${turn}.${index}`,
      );
      const batch = ids.map((id) => ({ content: id, client_id: id }));
      const answer = await append(owner, "busy", batch, { at });
      if (answer.status !== 201) return;
      acknowledged.push(...ids);
      if (++answers === 60) first.process.kill("SIGKILL");
    }
  });
  await Promise.allSettled(writers);
  await first.ended();
  assert.ok(answers >= 60, `killed in the middle, after ${answers} answers`);

  await using second = launch(place);
  await second.ready();
  await allGone(pids, 10);

  const stored = await clientIds(owner, "busy", at);
  assert.equal(new Set(stored).size, stored.length, "nothing twice");
  const lost = acknowledged.filter((id) => !stored.includes(id));
  assert.deepEqual(lost, [], "nothing lost");
  const batches = Array.from(
    { length: Math.ceil(stored.length / BATCH) },
    (_, index) => stored.slice(index * BATCH, (index + 1) * BATCH),
  );
  for (const batch of batches) {
    const name = batch[0]?.replace(/\.0$/, "");
    assert.deepEqual(
      batch,
      Array.from({ length: BATCH }, (_, index) => `${name}.${index}`),
      "whole and contiguous",
    );
  }

  // The writers' own retries of what was not answered land once, too.
  await append(owner, "busy", [{ content: "after", client_id: "after" }], {
    at,
    expected_seq: stored.length,
  });
  assert.equal((await clientIds(owner, "busy", at)).length, stored.length + 1);
});

Deno.test("reset empties a stack that is stopped, refuses one that runs, and start makes it anew", async () => {
  await using place = await newPlace();
  await using first = launch(place);
  await first.ready();
  const at = first.target;
  const owner = await signUp("owner", at);
  await append(owner, "gone", ["one"], { at });
  const refused = await runTask("local/reset.ts", place);
  assert.equal(refused.code, 1);
  assert.match(refused.printed, /running on .* already/);
  await first.stop();

  const { code, printed } = await runTask("local/reset.ts", place);
  assert.equal(code, 0, printed);
  await using second = launch(place);
  await second.ready();
  const read = await history(owner, "gone", "", at);
  // The account went with the rest: its token is nobody's now.
  assert.equal(read.body.code, "invalid_token");
});

/** The client ids of a conversation in the order of seq, which must have no gap. */
async function clientIds(
  owner: Actor,
  name: string,
  at: Target,
): Promise<string[]> {
  const found: string[] = [];
  while (true) {
    const { body } = await history(
      owner,
      name,
      `after=${found.length}&limit=500`,
      at,
    );
    for (const message of body.messages) {
      assert.equal(message.seq, found.push(message.client_id));
    }
    if (!body.has_more) return found;
  }
}
