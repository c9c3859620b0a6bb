import assert from "node:assert/strict";
import { runCli } from "../../local/platform/migrate.ts";
import { target } from "../support/target.ts";

Deno.test("the database advisors report nothing at level warn or error", async () => {
  const local = target.dbUrl.includes("@127.0.0.1:");
  const dbUrl = local ? `${target.dbUrl}?sslmode=disable` : target.dbUrl;
  const report = await runCli([
    "db",
    "advisors",
    "--db-url",
    dbUrl,
    "--level",
    "warn",
    "--fail-on",
    "warn",
  ]);
  assert.match(report, /No issues found|\[\]/);
});
