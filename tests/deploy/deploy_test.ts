/** A deployment by the real Supabase CLI to an emulated hosted project, and what was uploaded, run alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { functionNames } from "../../local/functions/folder.ts";
import { root } from "../../local/config.ts";
import { startStack } from "../../local/stack.ts";
import { diagnose, failures } from "../doctor/broken_project.ts";
import { targetOf } from "../local/own_stack.ts";
import { withSql } from "../support/sql.ts";
import { hostedProject, rebuilt } from "./hosted_project.ts";

const names = await functionNames(join(root, "supabase/functions"));
const project = await hostedProject();
Deno.test.afterAll(async () => await project[Symbol.asyncDispose]());
const { api, database, deploy } = project;

/** The versions that the CLI has recorded; none if it has recorded nothing yet. */
function applied(): Promise<string[]> {
  return withSql(async (sql) => {
    const [there] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') as name`;
    if (there?.name === null) return [];
    const rows =
      await sql`select version from supabase_migrations.schema_migrations order by 1`;
    return rows.map(({ version }) => version);
  }, database.url);
}

const admin = (text: string) =>
  withSql((sql) => sql.unsafe(text), database.adminUrl);

Deno.test("without a token, deploy says how to sign in", async () => {
  const none = await deploy([], { SUPABASE_ACCESS_TOKEN: "" });
  assert.equal(none.code, 1);
  assert.match(none.printed, /Nothing was changed/);
  assert.match(none.printed, /deno task deploy login/);
  const wrong = await deploy([], {
    SUPABASE_ACCESS_TOKEN: `sbp_${"9".repeat(40)}`,
  });
  assert.equal(wrong.code, 1);
  assert.match(wrong.printed, /access token is not valid any more/);
});

Deno.test("a dry run says what would be done and changes nothing", async () => {
  const { code, printed } = await deploy(["--dry-run"]);
  assert.equal(code, 0, printed);
  assert.match(printed, /migrations +20261123090000, .*20261123091600/);
  for (const name of names) assert.match(printed, new RegExp(`new: .*${name}`));
  assert.match(printed, /nothing was changed/);
  assert.deepEqual(await applied(), []);
  assert.ok(!api.requests.some((name) => /POST \/functions|PUT/.test(name)));
});

Deno.test("functions are not deployed alone onto a database that is older", async () => {
  const { code, printed } = await deploy(["--functions-only"]);
  assert.equal(code, 1);
  assert.match(printed, /need migrations that are not applied: 20261123090000/);
  assert.equal(api.functions.size, 0);
});

Deno.test("a token that may not log in to the database is told from a missing password", async () => {
  api.mayLogIn = false;
  const { code, printed } = await deploy(["--dry-run"]);
  assert.equal(code, 1);
  assert.match(printed, /Set SUPABASE_DB_PASSWORD/);
  const withPassword = await deploy(["--dry-run"], {
    SUPABASE_DB_PASSWORD: project.password,
  });
  api.mayLogIn = true;
  assert.equal(withPassword.code, 0, withPassword.printed);
  assert.ok(!withPassword.printed.includes(project.password));
});

Deno.test("a migration that fails leaves the ones before it, touches no function, and the next run goes on", async () => {
  // Somebody else's function is where one of ours belongs.
  await admin(
    "create function public.read_context(continuation_id text, max_tokens integer, max_messages integer) returns text language sql as 'select 1::text'",
  );
  const failed = await deploy();
  assert.equal(failed.code, 1);
  assert.match(
    failed.printed,
    /Applied: 20261123090000, .*20261123090600\. Not applied: 20261123090700/,
  );
  assert.match(failed.printed, /The functions were not touched/);
  assert.match(
    failed.printed,
    /To go on, run this again: deno task deploy abc/,
  );
  assert.equal((await applied()).at(-1), "20261123090600");
  assert.equal(api.functions.size, 0);
  await admin("drop function public.read_context(text, integer, integer)");
});

Deno.test("if a function fails, deploy says which are live and which are not", async () => {
  api.failing.add("mcp");
  const { code, printed } = await deploy();
  api.failing.clear();
  assert.equal(code, 1);
  assert.match(printed, /The migrations are applied/);
  assert.match(printed, /Not there at all: .*mcp/);
  const [, live = ""] = /^Deployed: (.*)\.$/m.exec(printed) ?? [];
  assert.deepEqual(live.split(", "), [...api.functions.keys()].sort());
});

Deno.test("deploy goes on where it stopped, without a password", async () => {
  const { code, printed } = await deploy();
  assert.equal(code, 0, printed);
  assert.match(printed, /migrations +none/);
  assert.deepEqual([...api.functions.keys()].sort(), names);
  assert.ok(api.requests.includes("POST /cli/login-role"));
  // They verify tokens themselves.
  for (const [name, { verify_jwt }] of api.functions) {
    assert.equal(verify_jwt, false, name);
  }
});

Deno.test("a second run replaces the functions and applies nothing", async () => {
  const before = new Map(
    [...api.functions].map(([name, { version }]) => [name, version]),
  );
  const { code, printed } = await deploy();
  assert.equal(code, 0, printed);
  assert.match(printed, /to replace: conversation-append/);
  for (const [name, { version }] of api.functions) {
    assert.equal(version, before.get(name)! + 1, name);
  }
});

Deno.test("no command of the CLI makes the demo user, whose password is public, in a hosted project", async () => {
  const { code, printed } = await project.cli([
    "db",
    "push",
    "--include-seed",
    "--yes",
    "--workdir",
    root,
  ]);
  assert.equal(code, 0, printed);
  const users = await admin("select email from auth.users");
  assert.deepEqual([...users], []);
});

Deno.test("an older checkout refuses the migrations, and rolls the functions back with --functions-only", async () => {
  await admin(
    "insert into supabase_migrations.schema_migrations (version, name) values ('20991231000000', 'later')",
  );
  const before = await applied();
  const refused = await deploy();
  assert.equal(refused.code, 1);
  assert.match(refused.printed, /does not have: 20991231000000/);
  assert.match(refused.printed, /--functions-only/);
  assert.doesNotMatch(refused.printed, /supabase migration repair/);

  const rolledBack = await deploy(["--functions-only"]);
  assert.equal(rolledBack.code, 0, rolledBack.printed);
  assert.match(rolledBack.printed, /migrations +left as they are/);
  assert.deepEqual(await applied(), before);
  await admin(
    "delete from supabase_migrations.schema_migrations where version = '20991231000000'",
  );
});

Deno.test("what was uploaded runs alone in an empty folder, and passes the doctor", async () => {
  for (const [name, { files, entrypoint_path }] of api.functions) {
    assert.deepEqual([...files.keys()].sort(), [
      `supabase/functions/${name}/deno.json`,
      `supabase/functions/${name}/index.js`,
    ]);
    assert.equal(entrypoint_path, `supabase/functions/${name}/index.js`);
  }
  const folder = await rebuilt(api);
  await database.stop();
  await using stack = await startStack({
    port: 0,
    dbPort: 0,
    dataDir: project.dataDir,
    seed: false,
    functionsDir: folder,
    onFunctionLine: () => {},
  });
  assert.deepEqual(failures(await diagnose(targetOf(stack))), []);
});
