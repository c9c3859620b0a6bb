/** What a connection of the Data API keeps and forgets from one transaction to the next. */
import assert from "node:assert/strict";
import { Session } from "../../local/data_api/session.ts";
import { dataApiStack } from "./data_api_stack.ts";
import { noFunctions } from "./own_stack.ts";

const { stack } = await dataApiStack({ functionsDir: await noFunctions() });
const session = await Session.open(stack.dbUrl);
Deno.test.afterAll(() => session.close());

const statement = (text: string, ...parameters: string[]) => ({
  text,
  parameters,
});
const setting = statement(
  "select set_config('application_name', $1, true)",
  "set",
);
const name = statement("select current_setting('application_name')");
const number = (text: string) =>
  statement("select 10 / $1::text::integer", text);

Deno.test("a transaction returns the first row of its last statement", async () => {
  assert.deepEqual(await session.transaction([setting, name]), ["set"]);
  const rows = statement("select n, null from generate_series(7, 9) n");
  assert.deepEqual(await session.transaction([number("2"), rows]), ["7", null]);
  const none = statement("select 1 where false");
  assert.deepEqual(await session.transaction([number("2"), none]), []);
});

Deno.test("a setting ends with its transaction, however that ends", async () => {
  await session.transaction([setting]);
  assert.deepEqual(await session.transaction([name]), [""]);
  await assert.rejects(session.transaction([setting, number("0")]), {
    code: "22012",
  });
  assert.deepEqual(await session.transaction([name]), [""]);
});

Deno.test("nothing runs after an error, and nothing before it stays", async () => {
  await session.transaction([
    statement("create temporary table left_behind (n integer)"),
  ]);
  const insert = statement(
    "insert into left_behind values ($1::text::integer)",
    "1",
  );
  const count = statement("select count(*) from left_behind");
  await assert.rejects(
    session.transaction([insert, number("0"), insert]),
    { code: "22012" },
  );
  await assert.rejects(
    session.transaction([insert], () => {
      throw new Error("refused");
    }),
    /refused/,
  );
  await assert.rejects(
    session.transaction([insert, number("0")], () => {}),
    { code: "22012" },
  );
  assert.deepEqual(await session.transaction([count]), ["0"]);
  await session.transaction([insert], () => {});
  await session.transaction([insert]);
  assert.deepEqual(await session.transaction([count]), ["2"]);
});

Deno.test("a statement that fails again and again is prepared once", async () => {
  const failing = statement("select 1 / $1::text::integer as failing", "0");
  const absent = statement("select failing from nowhere");
  for (let round = 0; round < 5; round++) {
    await assert.rejects(session.transaction([failing]), { code: "22012" });
    await assert.rejects(session.transaction([absent]), { code: "42P01" });
  }
  const prepared = statement(
    "select count(*) from pg_prepared_statements where statement like '%failing%' and statement not like '%prepared%'",
  );
  assert.deepEqual(await session.transaction([prepared]), ["1"]);
  const { text } = failing;
  assert.deepEqual(await session.transaction([{ text, parameters: ["1"] }]), [
    "1",
  ]);
});

Deno.test("statements that PostgreSQL has forgotten are prepared again", async () => {
  assert.deepEqual(await session.transaction([number("5")]), ["2"]);
  await session.transaction([statement("deallocate all")]);
  await assert.rejects(session.transaction([number("5")]), { code: "26000" });
  assert.deepEqual(await session.transaction([number("5")]), ["2"]);
});
