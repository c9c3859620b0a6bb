/** Following where a token ends soon, and through a gateway that compresses and tells of clients that left. */
import assert from "node:assert/strict";
import { claimsOf } from "../../local/keys.ts";
import { open, poll, seqsOf } from "../follow/reading.ts";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { ownStack } from "./own_stack.ts";

const { stack, at } = await ownStack({ gatewayCompresses: true });
const owner = await signUp("owner", at);

/** The owner with a token that expires after some seconds. */
async function expiringIn(seconds: number) {
  const token = owner.headers.Authorization!.slice("Bearer ".length);
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const Authorization = `Bearer ${await stack.key.sign({
    ...claimsOf(token),
    exp,
  })}`;
  return {
    exp,
    actor: { ...owner, headers: { ...owner.headers, Authorization } },
  };
}

Deno.test("a stream ends with its token", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"], { at });
  const { actor, exp } = await expiringIn(3);
  await using followed = await open(actor, name, { at });
  const events = await followed.rest();
  assert.deepEqual(events.slice(1), [
    { id: "1", event: "continue", data: { after: 1 } },
  ]);
  assert.ok(Date.now() >= exp * 1000);
  assert.equal((await poll(actor, name, "", { at })).status, 401);
});

Deno.test("an answer that waits ends with its token", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"], { at });
  const { actor } = await expiringIn(2);
  const { status, body } = await poll(actor, name, "after=1&wait=25", { at });
  assert.equal(status, 200);
  assert.deepEqual(body.messages, []);
});

Deno.test("a gateway that compresses passes each event on as it comes", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"], { at });
  await using followed = await open(owner, name, {
    at,
    headers: { "Accept-Encoding": "gzip, br" },
  });
  assert.equal(followed.response.headers.get("Content-Encoding"), null);
  for (const seq of [1, 2, 3]) {
    assert.deepEqual(seqsOf(await followed.take(1)), [seq]);
    await append(owner, name, ["more"], { at });
  }
});
