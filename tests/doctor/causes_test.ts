/** Projects that are broken in one way each: the doctor names that cause, and nothing that only follows from it. */
import assert from "node:assert/strict";
import type { Target as Examined } from "../../scripts/doctor/target.ts";
import { freePort } from "../../local/ports.ts";
import { ownStack } from "../local/own_stack.ts";
import { withSql } from "../support/sql.ts";
import {
  broken,
  diagnose,
  failures,
  type Fault,
  findingOf,
} from "./broken_project.ts";

const { stack, at } = await ownStack();

interface BrokenSetUp {
  what: string;
  settings?: Partial<Examined>;
  fault?: Fault;
  /** Breaks the database, and mends it again. */
  sql?: [breaks: string, mends: string];
  /** The checks that fail; the first names the cause. */
  fails: string[];
  found: RegExp;
  advice: RegExp;
}

const json = (status: number, body: unknown) => Response.json(body, { status });
const below = (start: string, answer: () => Response): Fault => (_, path) =>
  path.startsWith(start) ? answer() : null;
const page = () =>
  new Response("<!doctype html><title>Sign in</title>", {
    headers: { "Content-Type": "text/html" },
  });

const newest = "20261123091600";

const buckets: Record<string, unknown>[] = await withSql(
  (sql) => sql`select * from storage.buckets`,
  at.dbUrl,
);

const setUps: BrokenSetUp[] = [
  {
    what: "a URL that is none",
    settings: { url: "abc.supabase.co" },
    fails: ["url"],
    found: /"abc\.supabase\.co"/,
    advice: /not a URL/,
  },
  {
    what: "a URL with a slash",
    settings: { url: `${at.url}/` },
    fails: ["url"],
    found: /127\.0\.0\.1/,
    advice: /Remove the slash/,
  },
  {
    what: "the URL of one service",
    settings: { url: `${at.url}/rest/v1` },
    fails: ["url"],
    found: /rest/,
    advice: /Use http:\/\/127\.0\.0\.1:\d+ alone/,
  },
  {
    what: "the URL of the dashboard",
    settings: {
      url: "https://supabase.com/dashboard/project/abcdefghijklmnopqrst",
    },
    fails: ["url"],
    found: /supabase\.com/,
    advice: /Use https:\/\/abcdefghijklmnopqrst\.supabase\.co/,
  },
  {
    what: "a port at which nothing listens",
    settings: { url: `http://127.0.0.1:${freePort()}` },
    fails: ["reach"],
    found: /Nothing listens at 127\.0\.0\.1:\d+/,
    advice: /deno task start/,
  },
  {
    what: "a host that does not exist",
    settings: { url: "https://abcdefghijklmnopqrst.invalid" },
    fails: ["reach"],
    found: /no host named abcdefghijklmnopqrst\.invalid/,
    advice: /spelling/,
  },
  {
    what: "https where the server speaks http",
    settings: { url: at.url.replace("http:", "https:") },
    fails: ["reach"],
    found: /does not speak https/,
    advice: /http:\/\//,
  },
  {
    what: "a gateway that answers a page",
    fault: page,
    fails: ["reach"],
    found: /An HTML page \("Sign in"\)/,
    advice: /login page or a proxy/,
  },
  {
    what: "a paused project",
    fault: () => json(540, { message: "Project paused" }),
    fails: ["reach"],
    found: /paused/,
    advice: /Restore it/,
  },
  {
    what: "a server that is no Supabase project",
    fault: () => json(404, { message: "no such thing" }),
    fails: ["reach"],
    found: /no Auth below it/,
    advice: /not that of a Supabase project/,
  },
  {
    what: "no signing keys",
    fault: below("/auth/v1/.well-known", () => json(200, { keys: [] })),
    fails: ["signing-keys"],
    found: /no asymmetric signing key/,
    advice: /JWT Keys/,
  },
  {
    what: "no publishable key",
    settings: { publishableKey: undefined },
    fails: ["publishable-key"],
    found: /No publishable key/,
    advice: /SUPABASE_PUBLISHABLE_KEY/,
  },
  {
    what: "a publishable key of another project",
    settings: { publishableKey: "sb_publishable_of_another_project" },
    fails: ["publishable-key"],
    found: /not one of this project's/,
    advice: /API Keys of the same project/,
  },
  {
    what: "the secret key in place of the publishable one",
    settings: { publishableKey: at.secretKey },
    fails: ["publishable-key"],
    found: /A secret key is set where the publishable key belongs/,
    advice: /delete it/,
  },
  {
    what: "a secret key that was rotated",
    settings: { secretKey: "sb_secret_of_yesterday" },
    fails: ["secret-key"],
    found: /not one of this project's/,
    advice: /deleted or rotated/,
  },
  {
    what: "the publishable key in place of the secret one",
    settings: { secretKey: at.publishableKey },
    fails: ["secret-key"],
    found: /publishable key is set where the secret key belongs/,
    advice: /sb_secret_/,
  },
  {
    what: "functions that were started with other keys",
    fault: below(
      "/functions/v1/file-upload/_/sweep",
      () => json(401, { code: "unauthenticated", status: 401 }),
    ),
    fails: ["sweep-key"],
    found: /functions do not take the secret key/,
    advice: /restart the functions' container/,
  },
  {
    what: "a function that is not deployed",
    fault: below(
      "/functions/v1/openai",
      () => json(404, { code: "NOT_FOUND", message: "Requested function…" }),
    ),
    fails: ["function:openai"],
    found: /not deployed/,
    advice: /deno task deploy/,
  },
  {
    what: "a function that was deployed with verify_jwt",
    fault: below(
      "/functions/v1/conversation-append/_/health",
      () => json(401, { code: 401, message: "Missing authorization header" }),
    ),
    fails: ["function:conversation-append"],
    found: /asks for a token before the function/,
    advice: /verify_jwt/,
  },
  {
    what: "a function that does not start",
    fault: below(
      "/functions/v1/mcp",
      () => json(503, { code: "BOOT_ERROR", message: "failed to start" }),
    ),
    fails: ["function:mcp"],
    found: /does not start/,
    advice: /logs/,
  },
  {
    what: "functions without keys in their environment",
    fault: below("/functions/v1/file-download/_/health", () =>
      json(503, {
        code: "unavailable",
        problems: ["The environment has no publishable key."],
      })),
    fails: ["function:file-download"],
    found: /environment has no publishable key/,
    advice: /deploy the functions again/,
  },
  {
    what: "a gateway that answers preflights itself",
    fault: ({ method }) =>
      method === "OPTIONS" ? new Response(null, { status: 405 }) : null,
    fails: ["cors"],
    found: /preflight request is answered 405/,
    advice: /OPTIONS/,
  },
  {
    what: "migrations that were not applied",
    sql: [
      "alter function public.read_health rename to read_health_elsewhere; " +
      "alter schema continuum rename to continuum_elsewhere",
      "alter schema continuum_elsewhere rename to continuum; " +
      "alter function public.read_health_elsewhere rename to read_health",
    ],
    fails: ["migrations"],
    found: /not applied/,
    advice: /deno task deploy/,
  },
  {
    what: "an older migration",
    sql: [
      `delete from continuum.schema_version where version = '${newest}'`,
      `insert into continuum.schema_version (version, description) values ('${newest}', 'schedule')`,
    ],
    fails: ["migrations"],
    found: /at 20261123091510\. Not applied: 20261123091600_schedule\./,
    advice: /deno task deploy/,
  },
  {
    what: "a database that is ahead",
    sql: [
      "insert into continuum.schema_version (version, description) values ('20991231000000', 'later')",
      "delete from continuum.schema_version where version = '20991231000000'",
    ],
    fails: ["migrations"],
    found: /newer than this checkout/,
    advice: /git pull/,
  },
  {
    what: "a migration that was left out",
    sql: [
      "delete from continuum.schema_version where version = '20261123090700'",
      "insert into continuum.schema_version (version, description) values ('20261123090700', 'context')",
    ],
    fails: ["migration-list"],
    found: /20261123090700_context/,
    advice: /--include-all/,
  },
  {
    what: "a policy that was dropped",
    sql: [
      'drop policy "readers of a conversation read its messages" on continuum.messages',
      'create policy "readers of a conversation read its messages" on continuum.messages ' +
      "for select to authenticated using (continuum.reads(conversation_id))",
    ],
    fails: ["catalogue"],
    found:
      /policy "readers of a conversation read its messages" on continuum\.messages is missing/,
    advice: /supabase\/migrations/,
  },
  {
    what: "a table without row level security",
    sql: [
      "alter table continuum.conversation_members disable row level security",
      "alter table continuum.conversation_members enable row level security",
    ],
    fails: ["catalogue"],
    found:
      /table continuum\.conversation_members has changed \(row level security is off\)/,
    advice: /supabase\/migrations/,
  },
  {
    what: "a policy that lets everybody read",
    sql: [
      'create policy "open" on continuum.conversations for select to authenticated using (true); ' +
      'create policy "open" on continuum.messages for select to authenticated using (true)',
      'drop policy "open" on continuum.conversations; drop policy "open" on continuum.messages',
    ],
    fails: ["catalogue"],
    found: /policy "open" on continuum\.\w+ was added/,
    advice: /supabase\/migrations/,
  },
  {
    what: "a bucket that is missing",
    sql: [
      "set local storage.allow_delete_query = 'true'; delete from storage.buckets where id = 'generated-files'",
      "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values " +
      "('generated-files', 'generated-files', false, 10485760, array['text/*', 'application/json', 'image/*'])",
    ],
    fails: ["catalogue", "bucket:generated-files"],
    found: /bucket generated-files is missing/,
    advice: /supabase\/migrations/,
  },
  {
    what: "a bucket that keeps versions",
    fault: below("/storage/v1/bucket", () =>
      json(
        200,
        buckets.map((bucket) => ({ ...bucket, versioning_status: "ENABLED" })),
      )),
    fails: ["bucket:generated-files", "bucket:user-files"],
    found: /keeps versions of its objects/,
    advice: /cannot be switched off/,
  },
  {
    what: "a bucket that is public",
    sql: [
      "update storage.buckets set public = true where id = 'user-files'",
      "update storage.buckets set public = false where id = 'user-files'",
    ],
    fails: ["catalogue", "bucket:user-files"],
    found: /bucket user-files has changed \(it is public\)/,
    advice: /supabase\/migrations/,
  },
  {
    what: "Storage that is down",
    fault: below("/storage/v1", () => json(503, { message: "unavailable" })),
    fails: ["storage"],
    found: /Storage does not list its buckets: 503/,
    advice: /Storage is down/,
  },
  {
    what: "a Data API without its database",
    fault: below(
      "/rest/v1",
      () => json(503, { code: "PGRST000", message: "no connection" }),
    ),
    fails: ["secret-key", "tables"],
    found: /Data API does not reach the database/,
    advice: /database is down/,
  },
  {
    what: "a wrong password of the database",
    settings: {
      dbUrl: Object.assign(new URL(at.dbUrl), { password: "wrong" }).href,
    },
    fails: ["database"],
    found: /refuses the password of postgres/,
    advice: /SUPABASE_DB_URL/,
  },
  {
    what: "a database that is elsewhere",
    settings: { dbUrl: "postgresql://postgres:secret@127.0.0.1:9/postgres" },
    fails: ["database"],
    found: /No database answers at 127\.0\.0\.1:9/,
    advice: /host and port/,
  },
  {
    what: "sign-ups that are off, without a secret key",
    settings: { secretKey: undefined },
    fault: below(
      "/auth/v1/settings",
      () => json(200, { disable_signup: true, mailer_autoconfirm: true }),
    ),
    fails: ["account"],
    found: /sign-ups are off/,
    advice: /DOCTOR_EMAIL/,
  },
  {
    what: "e-mail addresses that have to be confirmed, without a secret key",
    settings: { secretKey: undefined },
    fault: below(
      "/auth/v1/settings",
      () => json(200, { disable_signup: false, mailer_autoconfirm: false }),
    ),
    fails: ["account"],
    found: /confirm their e-mail address/,
    advice: /SUPABASE_SECRET_KEY/,
  },
  {
    what: "a token that is signed with an unknown key",
    fault: (request, path) =>
      path === "/functions/v1/conversation-append" && request.method === "POST"
        ? json(401, { code: "invalid_token", detail: "not valid" })
        : null,
    fails: ["append"],
    found: /refuses a token that Auth has just given/,
    advice: /rotat/,
  },
];

for (const setUp of setUps) {
  const { what, settings, fault, sql, fails, found, advice } = setUp;
  Deno.test(`doctor names the cause: ${what}`, async () => {
    const admin = (text: string) =>
      withSql((db) => db.unsafe(text).simple(), stack.adminDbUrl);
    await using proxy = fault === undefined ? null : broken(at, fault);
    if (sql) await admin(sql[0]);
    const findings = await diagnose(at, {
      ...(proxy && { url: proxy.url }),
      ...settings,
    }).finally(async () => sql && await admin(sql[1]));
    assert.deepEqual(failures(findings), fails);
    const cause = findingOf(findings, fails[0]!);
    assert.match(cause.found, found);
    assert.match(cause.advice ?? "", advice);
  });
}
