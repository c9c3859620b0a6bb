/** Every SQL function of the API by everybody, straight through the Data API. */
import { withSql } from "../support/sql.ts";
import { conversationFunctions } from "./functions_conversations.ts";
import { fileFunctions } from "./functions_files.ts";
import { assertCovered, runCases } from "./run.ts";

const cases = [...conversationFunctions, ...fileFunctions];

Deno.test("the matrix lists every function of the API", async () => {
  const functions = await withSql((sql) =>
    sql<{ name: string }[]>`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    `
  );
  assertCovered(cases, functions.map(({ name }) => name));
});

runCases(cases);
