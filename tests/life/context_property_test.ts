/**
 * The rules of a context window over random conversations and budgets. A failure names its seed:
 * `CONTEXT_SEED=<seed> deno task test tests/life/context_property_test.ts` repeats it.
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { expectedContext, type Limits, type Said } from "./context_oracle.ts";
import {
  randomBy,
  randomConversation,
  randomLimits,
} from "./context_random.ts";

const CONVERSATIONS = 80;
const BUDGETS = 8;
const given = Deno.env.get("CONTEXT_SEED");
const seeds = given === undefined
  ? Array.from({ length: CONVERSATIONS }, () => Math.floor(Math.random() * 1e9))
  : [Number(given)];

const owner = await signUp("owner");

/** Asserts that the window of `name` under `limits` is the one that the oracle finds. */
async function assertWindow(name: string, said: Said[], limits: Limits) {
  const { max_tokens, max_messages } = limits;
  const answer = await request(
    owner,
    `conversation-history/${name}/context?max_tokens=${max_tokens}&max_messages=${max_messages}`,
  );
  const expected = expectedContext(said, limits);
  if (expected.too_small) {
    assertProblem(answer, 422, "budget_too_small");
    const { tokens_needed, messages_needed } = answer.body;
    assert.deepEqual(
      { too_small: true, tokens_needed, messages_needed },
      expected,
    );
    return true;
  }
  assert.equal(answer.status, 200, answer.text);
  const { messages, conversation: _, ...rest } = answer.body;
  const seqs = messages.map(({ seq }: { seq: number }) => seq);
  assert.deepEqual({ too_small: false, seqs, ...rest }, expected);
  for (const { seq, content, role, parts } of messages) {
    const { token_count: _, ...sent } = said[seq - 1]!;
    assert.deepEqual({ role, content, parts }, sent);
  }
  return false;
}

/** Asserts all windows of one random conversation; how many were refused. */
async function assertConversation(seed: number): Promise<number> {
  const random = randomBy(seed);
  const said = randomConversation(random);
  const name = fresh("random");
  const stored = await append(owner, name, said.map((each) => ({ ...each })));
  assert.equal(stored.status, 201);
  const refused = await Promise.all(
    Array.from({ length: BUDGETS }, async () => {
      const limits = randomLimits(random, said);
      try {
        return await assertWindow(name, said, limits);
      } catch (cause) {
        throw new Error(JSON.stringify({ seed, limits, said }), { cause });
      }
    }),
  );
  return refused.filter(Boolean).length;
}

Deno.test("a window is the longest that fits, whole, without gaps and without a result without its call", async () => {
  let refused = 0;
  for (const seed of seeds) refused += await assertConversation(seed);
  // The budgets must be neither all too small nor all large enough to prove anything.
  if (given === undefined) {
    const share = refused / (CONVERSATIONS * BUDGETS);
    assert.ok(share > 0.02 && share < 0.6, `${share} were refused`);
  }
});
