/** What the Data API answers without a connection to PostgreSQL, and how it finds one again. */
import assert from "node:assert/strict";
import { DataApiError } from "../../local/data_api/errors.ts";
import { Pool } from "../../local/data_api/pool.ts";
import { signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";
import { ask, dataApiStack } from "./data_api_stack.ts";
import { noFunctions } from "./own_stack.ts";
import { until } from "./processes.ts";

const { stack, at } = await dataApiStack({ functionsDir: await noFunctions() });
const user = await signUp("user", at);

/** Asserts an answer of 503 that tells when to try again. */
function assertUnavailable(answer: Awaited<ReturnType<typeof ask>>) {
  assert.equal(answer.status, 503, answer.text);
  assert.match(answer.body.code, /^PGRST00[012]$/);
  assert.equal(answer.headers.get("Retry-After"), "1");
}

Deno.test("a request waits for a connection, and is 504 if none comes in time", async () => {
  const pool = new Pool(stack.dbUrl, { size: 1, acquisitionMs: 100 });
  const held = Promise.withResolvers<void>();
  const first = pool.use(() => held.promise);
  await assert.rejects(
    pool.use(() => Promise.resolve()),
    (error) =>
      error instanceof DataApiError && error.status === 504 &&
      error.body.code === "PGRST003",
  );
  const next = pool.use(() => Promise.resolve("served"));
  held.resolve();
  await first;
  assert.equal(await next, "served");
  assert.equal(await pool.use(() => Promise.resolve("again")), "again");
  await pool.close();
});

Deno.test("a connection that is lost in a call is 503 and leaves nothing, and the next call has another", async () => {
  const slow = ask(at, user, "rpc/write_note_slowly", {
    body: { id: 1, body: "lost" },
  });
  await withSql(async (sql) => {
    const terminate = () =>
      sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event = 'PgSleep' and usename = 'authenticator'`;
    await until(async () => (await terminate()).length === 1, 5);
  }, stack.adminDbUrl);
  assertUnavailable(await slow);
  const { body } = await ask(at, user, "rpc/read_notes");
  assert.deepEqual(body, []);
});

Deno.test("a PostgreSQL that is stopped is 503, in calls that were waiting too, and found again", async () => {
  const waiting = Array.from(
    { length: 30 },
    () => ask(at, user, "rpc/sleeps", { body: { seconds: 20 } }),
  );
  await withSql(
    (sql) =>
      until(async () => {
        const sleeping = await sql`
          select from pg_stat_activity
          where wait_event = 'PgSleep' and usename = 'authenticator'`;
        return sleeping.length === 20;
      }, 10),
    stack.adminDbUrl,
  );
  await stack.stopDatabase();
  for (const answer of await Promise.all(waiting)) assertUnavailable(answer);
  assertUnavailable(await ask(at, user, "rpc/quoted"));
  assertUnavailable(await ask(at, user, "rpc/unknown"));
  await stack.startDatabase();
  await until(
    async () => (await ask(at, user, "rpc/quoted")).status === 200,
    5,
  );
  assert.equal((await ask(at, user, "rpc/unknown")).status, 404);
});

Deno.test("the schema is read again once PostgreSQL is back, and on notification after that", async () => {
  await stack.stopDatabase();
  await stack.startDatabase();
  const change = (type: string) =>
    withSql((sql) =>
      sql.unsafe(
        `drop function if exists public.returned();
         create function public.returned() returns ${type} language sql as 'select 1'`,
      ), at.dbUrl);
  for (const [type, text] of [["integer", "1"], ["setof integer", "[1]"]]) {
    await change(type ?? "");
    await until(
      async () => (await ask(at, user, "rpc/returned")).text === text,
      5,
    );
  }
});

Deno.test("connections that end while the schema is read are a failure that the next call mends", async () => {
  await withSql(async (sql) => {
    for (let round = 0; round < 40; round++) {
      await sql`notify pgrst`;
      const calls = [1, 2, 3].map(() => ask(at, user, "rpc/unknown"));
      // At another moment of the reading each time.
      await new Promise((resolve) => setTimeout(resolve, round % 20));
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'authenticator' and pid <> pg_backend_pid()`;
      await Promise.all(calls);
      await until(
        async () => (await ask(at, user, "rpc/quoted")).status === 200,
        5,
      );
    }
  }, stack.adminDbUrl);
});
