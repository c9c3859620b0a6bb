/** The schedule of the sweeps, with stand-ins for pg_cron, pg_net and Vault, against real functions. */
import assert from "node:assert/strict";
import { ownStack } from "../local/own_stack.ts";
import { signUp } from "../support/actors.ts";
import { installCron, runJobs, sendRequests } from "../support/cron.ts";
import { append, fresh } from "../support/http.ts";
import { withSql } from "../support/sql.ts";

const { stack, at } = await ownStack();
const db = stack.adminDbUrl;
const CONVERSATIONS = "/functions/v1/conversation-history/_/sweep";
const FILES = "/functions/v1/file-upload/_/sweep";

/** What the schedule sends in a minute, by path. */
async function minute(): Promise<Record<string, number>> {
  await runJobs(db);
  const sent = await sendRequests(db);
  return Object.fromEntries(sent.map(({ path, status }) => [path, status]));
}

const schedule = (url = at.url, key = at.secretKey) =>
  withSql((sql) => sql`select continuum.schedule_sweeps(${url}, ${key})`, db);

Deno.test("scheduling without pg_cron and pg_net says what to enable", async () => {
  await assert.rejects(schedule(), /needs the extensions pg_cron and pg_net/);
});

Deno.test("a key that is not a secret key is refused", async () => {
  await installCron(db);
  await assert.rejects(
    schedule(at.url, at.publishableKey),
    /not a secret key/,
  );
});

Deno.test("both sweeps are asked for at once, and again after an hour", async () => {
  await schedule();
  const both = { [CONVERSATIONS]: 200, [FILES]: 200 };
  assert.deepEqual(await minute(), both);
  assert.deepEqual(await minute(), {});
  await withSql(
    (sql) =>
      sql`update continuum.sweep_schedule set requested_at = now() - interval '61 minutes'`,
    db,
  );
  assert.deepEqual(await minute(), both);
});

Deno.test("a sweep goes on each minute while there is more", async () => {
  const user = await signUp("swept", at);
  const names = Array.from({ length: 3 }, () => fresh("expired"));
  for (const name of names) {
    await append(user, name, ["gone soon"], { at, ttl_seconds: 60 });
  }
  await withSql(async (sql) => {
    await sql`
      update continuum.conversations set expires_at = expires_at - interval '1 day'
      where owner_id = ${user.id}
    `;
    // One a call, and the hour is over.
    await sql`
      update continuum.sweep_schedule
      set body = '{"max_conversations": 1}', requested_at = now() - interval '61 minutes'
      where url like '%conversation-history%'
    `;
  }, db);
  for (const _ of names) {
    assert.deepEqual(await minute(), { [CONVERSATIONS]: 200 });
  }
  // The last found nothing more at the latest now.
  await minute();
  assert.deepEqual(await minute(), {});
  const [left] = await withSql(
    (sql) =>
      sql<{ count: number }[]>`
        select count(*)::int from continuum.conversations where owner_id = ${user.id}
      `,
    db,
  );
  assert.equal(left?.count, 0);
});

Deno.test("scheduling again replaces the key and the URL, and leaves one job", async () => {
  await schedule(at.url, "sb_secret_of_yesterday");
  assert.deepEqual(await minute(), { [CONVERSATIONS]: 401, [FILES]: 401 });
  // A refusal is no reason to ask every minute.
  assert.deepEqual(await minute(), {});
  await schedule(`${at.url}/`);
  assert.deepEqual(await minute(), { [CONVERSATIONS]: 200, [FILES]: 200 });
  const counts = await withSql(
    (sql) =>
      sql`select (select count(*)::int from cron.job) as jobs, (select count(*)::int from vault.secrets) as secrets`,
    db,
  );
  assert.deepEqual([...counts], [{ jobs: 1, secrets: 1 }]);
});

Deno.test("nobody but postgres may schedule, run or look at the sweeps", async () => {
  for (const role of ["anon", "authenticated", "service_role"]) {
    for (
      const statement of [
        "select continuum.run_sweeps()",
        "select continuum.schedule_sweeps('http://x', 'sb_secret_x')",
        "select * from continuum.sweep_schedule",
      ]
    ) {
      await assert.rejects(
        withSql((sql) =>
          sql.begin(async (tx) => {
            await tx.unsafe(`set local role ${role}`);
            await tx.unsafe(statement);
          }), db),
        /permission denied/,
        `${role}: ${statement}`,
      );
    }
  }
});
