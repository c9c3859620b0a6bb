/** What the Data API lets through: the API's functions, and nothing beneath them. */
import assert from "node:assert/strict";
import { nobody, signUp } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";
import { target } from "../support/target.ts";

const [user, anybody] = [await signUp("user"), nobody()];

/** Every table, view, and every function that is not for the Data API. */
const [relations, helpers] = await withSql(async (sql) => [
  (await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'continuum'::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')
  `).map(({ name }) => name),
  (await sql<{ name: string }[]>`
    select distinct proname as name from pg_proc where pronamespace = 'continuum'::regnamespace
  `).map(({ name }) => name),
]);

const rest = (path: string, headers: Record<string, string>, init = {}) =>
  fetch(`${target.url}/rest/v1/${path}`, { ...init, headers });

async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

const callers: [string, Record<string, string>][] = [
  ["a user", user.headers],
  ["nobody", { apikey: target.publishableKey }],
  ["the secret key", { apikey: target.secretKey }],
];

for (const [who, headers] of callers) {
  Deno.test(`no table is there for ${who}`, async () => {
    for (const relation of relations) {
      const path = `${relation}?limit=1`;
      assert.equal(await statusOf(rest(path, headers)), 404, relation);
      for (const method of ["POST", "PATCH", "DELETE"]) {
        const status = await statusOf(
          rest(relation, { ...headers, "Content-Type": "application/json" }, {
            method,
            body: method === "DELETE" ? undefined : "{}",
          }),
        );
        assert.ok(
          [401, 404].includes(status),
          `${method} ${relation} ${status}`,
        );
      }
    }
  });

  Deno.test(`the schema of the tables is refused to ${who}`, async () => {
    for (const relation of relations) {
      const profile = { ...headers, "Accept-Profile": "continuum" };
      assert.equal(await statusOf(rest(relation, profile)), 406, relation);
    }
    for (const helper of helpers) {
      const profile = {
        ...headers,
        "Content-Profile": "continuum",
        "Content-Type": "application/json",
      };
      const init = { method: "POST", body: "{}" };
      assert.equal(
        await statusOf(rest(`rpc/${helper}`, profile, init)),
        406,
        helper,
      );
    }
  });
}

Deno.test("no helper can be called", async () => {
  for (const helper of helpers) {
    for (const { supabase } of [user, anybody]) {
      const { status } = await supabase.rpc(helper, {});
      assert.equal(status, 404, helper);
    }
  }
});
