/**
 * The rules of a context over random conversations and budgets, in the words of each provider. A
 * failure names its seed: `CONTEXT_SEED=<seed> deno task test tests/life/context_property_test.ts`
 * repeats it.
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import {
  callsOf,
  expectedContext,
  type Limits,
  type Said,
} from "./context_oracle.ts";
import {
  randomBy,
  randomConversation,
  randomLimits,
} from "./context_random.ts";
import { type Dialect, dialects } from "./context_shapes.ts";

const CONVERSATIONS = 12;
const BUDGETS = 8;
const given = Deno.env.get("CONTEXT_SEED");
const seeds = given === undefined
  ? Array.from({ length: CONVERSATIONS }, () => Math.floor(Math.random() * 1e9))
  : [Number(given)];

const owner = await signUp("owner");

/** Asserts that the context of `name` is the one that the oracle finds; whether it was refused. */
async function assertContext(
  name: string,
  said: Said[],
  limits: Limits,
): Promise<boolean> {
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
  const positions: number[] = messages.map(
    ({ position }: { position: number }) => position,
  );
  assert.deepEqual({ too_small: false, positions, ...rest }, expected);

  // What a user counts on, whatever the oracle says.
  assert.ok(rest.tokens_used <= max_tokens && messages.length <= max_messages);
  assert.ok(messages.length > 0 || said.every(({ isErased }) => isErased));
  for (const position of positions) {
    if (["system", "developer"].includes(said[position - 1]!.role)) continue;
    for (const call of callsOf(said, position)) {
      assert.ok(positions.includes(call), `${position} came without ${call}`);
    }
  }
  return false;
}

/** Asserts the contexts of one random conversation; how many were refused. */
async function assertConversation(
  dialect: Dialect,
  seed: number,
): Promise<number> {
  const random = randomBy(seed);
  const planned = randomConversation(random, dialect);
  const name = fresh("random");
  const stored = await append(owner, name, planned.map(({ draft }) => draft));
  assert.equal(stored.status, 201, stored.text);
  for (const [index, { isErased }] of planned.entries()) {
    if (!isErased) continue;
    const path = `conversation-history/${name}/messages/${index + 1}`;
    const erased = await request(owner, path, { method: "DELETE" });
    assert.equal(erased.status, 200, erased.text);
  }
  const said = planned.map(({ draft, ...rest }, index): Said => ({
    ...rest,
    tokens: stored.body.messages[index].token_count,
    isEstimated: draft.token_count === undefined,
  }));
  let refused = 0;
  for (let budget = 0; budget < BUDGETS; budget++) {
    const limits = randomLimits(random, said);
    try {
      if (await assertContext(name, said, limits)) refused++;
    } catch (cause) {
      const trace = JSON.stringify({ seed, limits, planned });
      throw new Error(trace, { cause });
    }
  }
  return refused;
}

let refused = 0;
for (const dialect of dialects) {
  Deno.test(`a context of ${dialect.name} is the longest that fits, whole, without gaps and without a result without its call`, async () => {
    const counts = await Promise.all(
      seeds.map((seed) => assertConversation(dialect, seed)),
    );
    refused += counts.reduce((sum, count) => sum + count, 0);
  });
}

Deno.test("the random budgets are neither all too small nor all large enough", () => {
  if (given !== undefined) return;
  const share = refused / (dialects.length * CONVERSATIONS * BUDGETS);
  assert.ok(share > 0.02 && share < 0.6, `${share} were refused`);
});
