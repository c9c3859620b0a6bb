/** The doctor as a command, and what it leaves behind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownStack } from "../local/own_stack.ts";
import { installCron, runJobs, sendRequests } from "../support/cron.ts";
import { withSql } from "../support/sql.ts";
import { broken, diagnose, failures, findingOf } from "./broken_project.ts";

const { stack, at } = await ownStack();
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Everything that a round trip could leave. */
function kept(): Promise<unknown> {
  return withSql(async (sql) => [
    ...await sql`
      select (select count(*)::int from auth.users) as users,
        (select count(*)::int from continuum.conversations) as conversations,
        (select count(*)::int from continuum.messages) as messages,
        (select count(*)::int from continuum.files where status <> 'deleted') as files,
        (select count(*)::int from storage.objects) as objects
    `,
  ], stack.adminDbUrl);
}

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "scripts/doctor.ts", ...args],
    cwd: root,
    env: {
      SUPABASE_URL: "",
      SUPABASE_PUBLISHABLE_KEY: "",
      SUPABASE_SECRET_KEY: "",
      SUPABASE_DB_URL: "",
      LOCAL_DATA_DIR: join(folder, "none"),
      LOCAL_PORT: "0",
      LOCAL_DB_PORT: "0",
      NO_COLOR: "1",
      ...env,
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("doctor finds nothing wrong with a project that is whole, and leaves nothing behind", async () => {
  const before = await kept();
  const findings = await diagnose(at);
  assert.deepEqual(failures(findings), []);
  // The schedule is missing: no failure on one's own machine.
  const concerns = findings.filter(({ outcome }) => outcome === "warning");
  assert.deepEqual(concerns.map(({ id }) => id), ["cron"]);
  assert.deepEqual(await kept(), before);
});

Deno.test("what a round trip has stored is removed if a later step fails", async () => {
  const before = await kept();
  await using project = broken(
    at,
    (request, path) =>
      /^\/functions\/v1\/file-download\/[0-9a-f-]{36}$/.test(path) &&
        request.method === "GET"
        ? Response.json({ code: "internal" }, { status: 500 })
        : null,
  );
  const findings = await diagnose(at, { url: project.url });
  assert.ok(failures(findings).includes("download"));
  assert.equal(findingOf(findings, "upload").outcome, "ok");
  assert.equal(findingOf(findings, "tidy-up").outcome, "ok");
  assert.deepEqual(await kept(), before);
});

Deno.test("doctor says what it could not remove", async () => {
  const findings = await diagnose(at, {
    secretKey: undefined,
    dbUrl: undefined,
  });
  assert.deepEqual(failures(findings), []);
  const { outcome, found } = findingOf(findings, "tidy-up");
  assert.equal(outcome, "warning");
  assert.match(found, /Left behind: the user [0-9a-f-]{36}, the user/);
  await withSql(
    (sql) => sql`delete from auth.users where email like 'continuum-doctor-%'`,
    stack.adminDbUrl,
  );
});

Deno.test("doctor sees that a stranger sees what the catalogue cannot show", async () => {
  const admin = <T>(text: string) =>
    withSql(
      (sql) => sql.unsafe(text) as unknown as Promise<T>,
      stack.adminDbUrl,
    );
  const [{ definition } = { definition: "" }] = await admin<
    { definition: string }[]
  >(
    "select pg_get_functiondef('continuum.is_member(uuid)'::regprocedure) as definition",
  );
  await admin(
    definition.replace(/BEGIN[\s\S]*END;/i, "begin return true; end;"),
  );
  const findings = await diagnose(at).finally(() => admin(definition));
  const { outcome, found, advice } = findingOf(findings, "stranger");
  assert.equal(outcome, "failed");
  assert.match(found, /Another user sees the conversation/);
  assert.match(advice ?? "", /Take the project offline/);
  assert.equal(findingOf(findings, "visitor").outcome, "ok");
});

Deno.test("doctor names the project's URL where the functions have another", async () => {
  await using project = broken(at, () => null);
  const findings = await diagnose(at, { url: project.url });
  assert.deepEqual(failures(findings), []);
  for (const id of ["signed-url", "mcp-discovery"]) {
    const { outcome, advice } = findingOf(findings, id);
    assert.equal(outcome, "warning", id);
    assert.match(
      advice ?? "",
      new RegExp(`CONTINUUM_PUBLIC_URL=${project.url}`),
    );
  }
});

Deno.test("doctor tells functions of another version from the checkout's", async () => {
  await using project = broken(
    at,
    (_, path) =>
      path === "/functions/v1/mcp/_/openapi.json"
        ? Response.json({ info: { version: "0.0.9" } })
        : null,
  );
  const finding = findingOf(
    await diagnose(at, { url: project.url }),
    "function:mcp",
  );
  assert.equal(finding.outcome, "warning");
  assert.match(finding.found, /version 0\.0\.9, and this checkout of \d/);
});

Deno.test("doctor lists the versions that services tell, and is silent about what is none", async () => {
  await using project = broken(at, (_, path) => {
    if (path === "/auth/v1/health") {
      return Response.json({ version: "v2.180.0", name: "GoTrue" });
    }
    if (path === "/storage/v1/version") return new Response("1.11.2");
    return path === "/rest/v1/" ? new Response("<html>") : null;
  });
  const told = findingOf(await diagnose(at, { url: project.url }), "versions");
  assert.equal(told.found, "Auth v2.180.0, Storage 1.11.2");
  // The local stack's stand-ins tell none.
  const silent = findingOf(await diagnose(at), "versions");
  assert.equal(silent.outcome, "skipped");
});

Deno.test("doctor warns of policies of others on Storage's objects", async () => {
  const admin = (text: string) =>
    withSql((sql) => sql.unsafe(text), stack.adminDbUrl);
  await admin(
    'create policy "anyone" on storage.objects for select to public using (true)',
  );
  const findings = await diagnose(at).finally(() =>
    admin('drop policy "anyone" on storage.objects')
  );
  const { outcome, found } = findingOf(findings, "catalogue");
  assert.equal(outcome, "warning");
  assert.match(found, /policy "anyone" on storage\.objects/);
  // And what comes of it.
  assert.match(findingOf(findings, "stranger").found, /objects in user-files/);
});

Deno.test("doctor says how to set up the broadcast of a project that has Realtime since the migrations", async () => {
  const admin = (text: string) =>
    withSql((sql) => sql.unsafe(text), stack.adminDbUrl);
  assert.equal(
    findingOf(await diagnose(at), "broadcast").outcome,
    "skipped",
  );
  await admin(
    "create schema realtime; create table realtime.messages (topic text); grant usage on schema realtime to postgres",
  );
  const findings = await diagnose(at).finally(() =>
    admin("drop schema realtime cascade")
  );
  const { outcome, advice } = findingOf(findings, "broadcast");
  assert.equal(outcome, "warning");
  assert.match(advice ?? "", /set_up_broadcast/);
});

Deno.test("doctor follows the sweeps from their schedule to their answers", async () => {
  const db = stack.adminDbUrl;
  const sql = (text: string) => withSql((sql) => sql.unsafe(text), db);
  const look = async () => {
    const findings = await diagnose(at);
    return ["cron", "cron-runs", "cron-key"].map((id) =>
      findingOf(findings, id)
    );
  };
  await installCron(db);
  await sql("grant usage on schema cron, net, vault to postgres");
  await sql(
    "grant select on all tables in schema cron, net, vault to postgres",
  );

  let [cron] = await look();
  assert.match(cron!.found, /pg_cron has no job for it/);
  assert.match(cron!.advice!, /continuum\.schedule_sweeps/);

  await sql(`select continuum.schedule_sweeps('${at.url}', '${at.secretKey}')`);
  await runJobs(db);
  await sendRequests(db);
  assert.deepEqual((await look()).map(({ outcome }) => outcome), [
    "ok",
    "ok",
    "ok",
  ]);

  await sql("update cron.job set active = false");
  [cron] = await look();
  assert.match(cron!.found, /switched off/);
  await sql("update cron.job set active = true");

  await sql(
    "update continuum.sweep_schedule set url = replace(url, '127.0.0.1', '127.0.0.2')",
  );
  [cron] = await look();
  assert.match(cron!.found, /sent to http:\/\/127\.0\.0\.2/);

  await sql(
    `select continuum.schedule_sweeps('${at.url}', 'sb_secret_of_yesterday')`,
  );
  await runJobs(db);
  await sendRequests(db);
  const [, runs, key] = await look();
  assert.match(runs!.found, /was answered 401/);
  assert.match(runs!.advice!, /not one of the project's any more/);
  assert.match(key!.found, /do not take the key that Vault keeps/);

  await sql(
    "insert into cron.job_run_details select jobid, 'failed', 'out of memory', now() from cron.job",
  );
  assert.match(
    (await look())[1]!.found,
    /last run of the job failed: out of memory/,
  );
  await sql(
    "drop schema cron cascade; drop schema net cascade; drop schema vault cascade; " +
      "delete from continuum.sweep_schedule",
  );
});

Deno.test("the table names each check with its time, and the cause with what to do", async () => {
  const file = join(folder, "broken.env");
  await Deno.writeTextFile(
    file,
    `API_URL="${at.url}"\nPUBLISHABLE_KEY="sb_publishable_wrong"\nSECRET_KEY="${at.secretKey}"\nDB_URL="${at.dbUrl}"\n`,
  );
  const { code, stdout } = await run(["--env-file", file, "--no-round-trip"]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^ {2}FAIL {2}Publishable key +\d+ ms {2}The API key is not/m,
  );
  assert.match(stdout, /^ {2}ok {4}Signing keys +\d+ ms {2}ES256/m);
  assert.match(stdout, /^ {2}skip {2}Storage answers +needs: Publishable key/m);
  assert.match(stdout, /^FAIL {2}Publishable key: .*\n {6}Copy the keys from/m);
  assert.match(
    stdout,
    /\d+ ok, \d+ to look at, 1 failed, \d+ not checked, in \d/,
  );
  assert.doesNotMatch(stdout, /Round trip/);
});

Deno.test("with --json the findings are one JSON value, without any secret", async () => {
  const { code, stdout } = await run(["--json"], {
    SUPABASE_URL: at.url,
    SUPABASE_PUBLISHABLE_KEY: at.publishableKey,
    SUPABASE_SECRET_KEY: at.secretKey,
    SUPABASE_DB_URL: at.dbUrl,
  });
  assert.equal(code, 0, stdout);
  const report = JSON.parse(stdout);
  assert.equal(report.ok, true);
  assert.equal(report.url, at.url);
  assert.ok(report.findings.length > 30);
  for (const finding of report.findings) {
    assert.match(finding.outcome, /^(ok|warning|skipped)$/, finding.id);
    assert.equal(typeof finding.ms, "number");
    assert.ok(finding.id && finding.group && finding.check);
  }
  const { password } = new URL(at.dbUrl);
  for (const secret of [at.secretKey, at.publishableKey, password]) {
    assert.ok(!stdout.includes(secret));
  }
});

Deno.test("without a project, doctor looks at this machine and says how to name one", async () => {
  const { code, stdout } = await run([]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /skip {2}Project: No project is named/);
  assert.match(stdout, /deno task start/);
});

Deno.test("an option that does not exist is exit status 2 with the usage", async () => {
  const { code, stderr } = await run(["--fix"]);
  assert.equal(code, 2);
  assert.match(stderr, /--fix/);
  assert.match(stderr, /deno task doctor \[options\]/);
  assert.equal((await run(["--help"])).code, 0);
  assert.equal((await run(["--env-file", join(folder, "no.env")])).code, 2);
});
