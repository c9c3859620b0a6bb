/** Rate limits, which a project sets by its functions' environment. */
import assert from "node:assert/strict";
import { createContinuum } from "../../client/src/index.ts";
import { type Actor, signUp } from "../support/actors.ts";
import { faultyProject } from "../support/fault_proxy.ts";
import { type Answer, append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import { maintenance, upload } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { ownStack } from "./own_stack.ts";

const WRITES = 8;

const { at } = await ownStack({
  functionsEnv: {
    CONTINUUM_RATE_LIMIT_WRITE: `${WRITES}/day`,
    CONTINUUM_RATE_LIMIT_READ: "3/minute",
    CONTINUUM_RATE_LIMIT_BULK: "2/second",
  },
});

const appendAt = (actor: Actor, name = fresh("limited")) =>
  append(actor, name, ["hello"], { at });

/** Uses up a user's reads, by the function that has no other. */
async function readAll(actor: Actor): Promise<void> {
  for (let read = 0; read < 3; read++) {
    const { status } = await request(actor, "file-download", { at });
    assert.equal(status, 200);
  }
}

/** Asserts that an answer was refused by the limit of its class, and says when to come again. */
function assertLimited(answer: Answer, policy: string): void {
  const { headers } = answer;
  assert.equal(headers.get("RateLimit-Policy"), policy);
  const retryAfter = headers.get("Retry-After");
  assert.match(retryAfter ?? "", /^[1-9]\d*$/);
  const name = policy.slice(0, policy.indexOf(";"));
  assert.equal(headers.get("RateLimit"), `${name};r=0;t=${retryAfter}`);
  assert.equal(headers.get("x-should-retry"), "true");
}

const bucketsOf = (owner: Actor, dbUrl = at.dbUrl) =>
  withSql(async (sql) => [
    ...await sql`
      select class, full_at from continuum.rate_buckets where owner_id = ${owner.id} order by class
    `,
  ], dbUrl);

Deno.test("requests at once never pass more than the limit, and cost others nothing", async () => {
  const [hasty, calm] = await Promise.all([
    signUp("hasty", at),
    signUp("calm", at),
  ]);
  const rush = Array.from({ length: 40 }, () => appendAt(hasty));
  const walk = [];
  for (let step = 0; step < WRITES; step++) walk.push(await appendAt(calm));

  for (const { status, text } of walk) assert.equal(status, 201, text);
  assert.deepEqual(
    walk.map(({ headers }) => headers.get("RateLimit")?.replace(/;t=.*/, "")),
    [7, 6, 5, 4, 3, 2, 1, 0].map((left) => `"write";r=${left}`),
  );
  const rushed = await Promise.all(rush);
  const passed = rushed.filter(({ status }) => status === 201);
  assert.equal(passed.length, WRITES);
  for (const answer of rushed.filter(({ status }) => status !== 201)) {
    assertProblem(answer, 429, "rate_limited");
    assertLimited(answer, `"write";q=${WRITES};w=86400`);
    // An eighth of a day for each.
    const wait = answer.body.retry_after;
    assert.ok(wait > 10_700 && wait <= 10_800, `${wait}`);
  }
  const stored = await withSql((sql) =>
    sql`
      select count(*)::int from continuum.conversations where owner_id = ${hasty.id}
    `, at.dbUrl);
  assert.equal(stored[0]!.count, WRITES);
});

Deno.test("a refused upload stores nothing, whatever is sent", async () => {
  const user = await signUp("uploader", at);
  for (let write = 0; write < WRITES; write++) await appendAt(user);
  const answer = await request(user, "file-upload", {
    at,
    body: new Uint8Array(5_000_000),
    headers: { "Content-Type": "text/plain", "X-File-Name": "a.txt" },
  });
  assertProblem(answer, 429, "rate_limited");
  assertLimited(answer, `"write";q=${WRITES};w=86400`);
  const files = await withSql((sql) =>
    sql`
      select from continuum.file_contents where owner_id = ${user.id}
    `, at.dbUrl);
  assert.equal(files.length, 0);
});

Deno.test("every function is limited, and each front refuses in the words of its protocol", async () => {
  const user = await signUp("reader", at);
  await readAll(user);
  const policy = '"read";q=3;w=60';

  for (
    const path of [
      "file-download",
      `file-download/${crypto.randomUUID()}`,
      "conversation-history",
      "conversation-history/name/follow",
    ]
  ) {
    const answer = await request(user, path, { at });
    assertProblem(answer, 429, "rate_limited");
    assertLimited(answer, policy);
  }

  const listed = await request(user, "openai/v1/files", { at });
  assert.equal(listed.status, 429);
  assert.equal(listed.body.error.type, "rate_limit_error");
  assert.equal(listed.body.error.code, "rate_limited");
  assertLimited(listed, policy);

  const message = (method: string, params: unknown) =>
    request(user, "mcp", {
      at,
      json: { jsonrpc: "2.0", id: 1, method, params },
    });
  const tool = await message("tools/call", { name: "list", arguments: {} });
  assert.equal(tool.body.result.isError, true, tool.text);
  assert.equal(tool.body.result._meta["continuum/code"], "rate_limited");
  assert.match(tool.body.result.content[0].text, /Wait \d+ seconds?\./);
  assert.equal(tool.headers.get("RateLimit-Policy"), policy);
  assert.match(tool.headers.get("Retry-After") ?? "", /^\d+$/);
  const list = await message("resources/list", {});
  assert.deepEqual(list.body.error.data, { code: "rate_limited" });
  assert.equal(list.body.error.code, -32000);
  // A tool that writes has a quota of its own.
  const write = await message("tools/call", {
    name: "append",
    arguments: {
      continuation_id: fresh("mcp"),
      messages: [{ role: "user", content: "hello" }],
    },
  });
  assert.equal(write.body.result.isError, undefined, write.text);
  assert.match(write.headers.get("RateLimit") ?? "", /^"write";r=7;/);
});

Deno.test("what was used up comes back with time, and the client package waits for it", async () => {
  const user = await signUp("forker", at);
  const { body } = await appendAt(user);
  const fork = () =>
    request(user, `conversation-history/${body.conversation.id}/fork`, {
      at,
      method: "POST",
    });
  const forks = await Promise.all([fork(), fork(), fork(), fork()]);
  const refused = forks.filter(({ status }) => status === 429);
  assert.ok(refused.length > 0);
  for (const answer of refused) assertLimited(answer, '"bulk";q=2;w=1');

  const tries: number[] = [];
  const client = createContinuum({
    url: at.url,
    key: at.publishableKey,
    accessToken: user.headers.Authorization!.slice("Bearer ".length),
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      tries.push(response.status);
      return response;
    },
  });
  const startedAt = Date.now();
  for (let count = 0; count < 6; count++) {
    await client.conversation(body.conversation.id).fork({
      continuationId: fresh("fork"),
    });
  }
  assert.equal(tries.filter((status) => status === 201).length, 6);
  assert.ok(tries.includes(429), `${tries}`);
  // Six of which two are given back a second.
  assert.ok(Date.now() - startedAt > 1500);
});

Deno.test("a bucket a user and class is all that is kept, until it is full or its user is gone", async () => {
  const user = await signUp("kept", at);
  await Promise.all(Array.from({ length: 10 }, () => appendAt(user)));
  await readAll(user);
  assert.deepEqual(
    (await bucketsOf(user)).map((bucket) => bucket.class),
    ["read", "write"],
  );

  await withSql((sql) =>
    sql`
      update continuum.rate_buckets set full_at = now() - interval '1 second'
      where owner_id = ${user.id} and class = 'read'
    `, at.dbUrl);
  const sweep = await request(maintenance, "conversation-history/_/sweep", {
    at,
    method: "POST",
    headers: { apikey: at.secretKey },
  });
  assert.equal(sweep.status, 200, sweep.text);
  assert.deepEqual(
    (await bucketsOf(user)).map((bucket) => bucket.class),
    ["write"],
  );

  await withSql(
    (sql) => sql`delete from auth.users where id = ${user.id}`,
    at.dbUrl,
  );
  assert.deepEqual(await bucketsOf(user), []);
  assertProblem(await appendAt(user), 401, "invalid_token");
});

Deno.test("no direct call makes a bucket fuller", async () => {
  const user = await signUp("direct", at);
  for (let write = 0; write < WRITES; write++) await appendAt(user);
  const before = await bucketsOf(user);
  for (const quota of [1_000_000, 0, -5, null]) {
    await user.supabase.rpc("take_request", {
      class: "write",
      quota,
      window_seconds: 86400,
    });
  }
  const after = await bucketsOf(user);
  assert.ok(after[0]!.full_at >= before[0]!.full_at);
  assertProblem(await appendAt(user), 429, "rate_limited");
});

Deno.test("a limit that was lowered is never more than used up", async () => {
  const user = await signUp("lowered", at);
  const take = (quota: number, window_seconds: number) =>
    user.supabase.rpc("take_request", { class: "read", quota, window_seconds })
      .then(({ data }) => JSON.parse(data));
  await take(1, 86400);
  const { is_granted, remaining, wait_ms } = await take(10, 60);
  assert.deepEqual([is_granted, remaining], [false, 0]);
  assert.ok(wait_ms > 86_000_000);
});

Deno.test("without a limit nothing is asked, kept or answered", async () => {
  const user = await signUp("free");
  const answers = [
    await append(user, fresh("free"), ["hello"]),
    await upload(user),
    await request(user, "conversation-history"),
  ];
  for (const { status, headers } of answers) {
    assert.ok(status < 300);
    assert.equal(headers.get("RateLimit"), null);
    assert.equal(headers.get("RateLimit-Policy"), null);
  }
  assert.deepEqual(await bucketsOf(user, target.dbUrl), []);
});

Deno.test("a function whose limit is misspelt does not start, instead of having none", async () => {
  await assert.rejects(
    faultyProject("conversation-append", {
      settings: { CONTINUUM_RATE_LIMIT_WRITE: "many" },
    }),
    /CONTINUUM_RATE_LIMIT_WRITE must be/,
  );
});
