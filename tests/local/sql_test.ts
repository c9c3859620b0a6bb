/** How the stack and the scripts talk to PostgreSQL: templates, transactions, encryption. */
import assert from "node:assert/strict";
import { join } from "node:path";
import selfsigned from "npm:selfsigned@5.5.0";
import { connect, type Sql, withConnection } from "../../local/sql.ts";
import { asPostgres } from "../../scripts/doctor/database.ts";
import { examine } from "../../scripts/doctor/examination.ts";
import { readExpected } from "../../scripts/doctor/expected.ts";
import { noFunctions, ownStack } from "./own_stack.ts";
import { until } from "./processes.ts";

const { stack } = await ownStack({ functionsDir: await noFunctions() });
const sql = connect(stack.adminDbUrl);
Deno.test.afterAll(() => sql.end());

Deno.test("a value is a parameter, whatever it holds", async () => {
  const values = ["'; drop table users; --", "$1", "\\", "{a,b}", ""];
  const [row] = await sql`
    select ${values}::text[] as list, ${
    values[0]
  } as text, ${null}::int as none,
      ${JSON.stringify({ a: ["'"] })}::jsonb as json, ${7}::int as number,
      ${new Uint8Array([0, 255])}::bytea as bytes`;
  assert.deepEqual({ ...row, bytes: [...row?.bytes] }, {
    list: values,
    text: values[0],
    none: null,
    json: { a: ["'"] },
    number: 7,
    bytes: [0, 255],
  });
});

Deno.test("a script is one transaction", async () => {
  await sql.unsafe("create table public.made (id int)");
  await assert.rejects(
    sql.unsafe("insert into public.made values (1); select 1 / 0"),
    { code: "22012" },
  );
  assert.deepEqual(await sql`select from public.made`, []);
});

Deno.test("a transaction is committed as a whole or not at all", async () => {
  const insert = (error?: unknown) =>
    sql.begin(async (tx) => {
      await tx`insert into public.made values (2)`;
      if (error) throw error;
      return "made";
    });
  await assert.rejects(insert(new Error("changed my mind")), /changed my mind/);
  await assert.rejects(sql.begin(async (tx) => {
    await tx`insert into public.made values (3)`;
    await tx`select 1 / 0`.catch(() => {});
  }));
  assert.deepEqual(await sql`select from public.made`, []);
  assert.equal(await insert(), "made");
  assert.deepEqual(await sql`select id from public.made`, [{ id: 2 }]);
});

Deno.test("a connection that is lost while nobody uses it is no failure of the next transaction", async () => {
  const other = connect(stack.dbUrl, { max: 4 });
  const work = () =>
    Promise.all(
      [1, 2, 3, 4].map(() => other.begin((tx) => tx`select pg_sleep(0.01)`)),
    );
  for (let round = 0; round < 20; round++) {
    await work();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'`;
    await work();
  }
  await other.end();
});

Deno.test("a connection is encrypted as psql would do it", async () => {
  const isEncrypted = (mode: string) =>
    withConnection(`${stack.dbUrl}?sslmode=${mode}`, isSsl);
  const examination = examine({
    url: stack.apiUrl,
    dbUrl: `${stack.dbUrl}?sslmode=prefer`,
    source: "the test",
    isLocalStack: false,
  }, await readExpected());
  const doctors = () => asPostgres(examination, isSsl);

  await assert.rejects(isEncrypted("require"), /does not support SSL/);
  assert.equal(await doctors(), false);
  await encrypt();
  await until(doctors, 10);
  assert.equal(await isEncrypted("require"), true);
  assert.equal(await isEncrypted("disable"), false);
  await assert.rejects(isEncrypted("verify-full"), {
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
});

async function isSsl(tx: Sql): Promise<boolean> {
  const [row] = await tx`
    select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  return row?.ssl;
}

/** Has PostgreSQL take encrypted connections, with a certificate that nobody has signed. */
async function encrypt(): Promise<void> {
  const { private: key, cert } = await selfsigned.generate(
    [{ name: "commonName", value: "database" }],
    { keyType: "ec", curve: "P-256" },
  );
  const [row] = await sql`show data_directory`;
  const { uid, gid } = await Deno.stat(row?.data_directory);
  for (const [name, text] of [["server.crt", cert], ["server.key", key]]) {
    const path = join(row?.data_directory, name ?? "");
    await Deno.writeTextFile(path, text ?? "", { mode: 0o600 });
    await Deno.chown(path, uid, gid);
  }
  await sql`alter system set ssl = on`;
  await sql`select pg_reload_conf()`;
}
