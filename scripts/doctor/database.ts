/** Checks of the database: what is applied, and whether tables, policies and grants are those of the checkout. */
import { connect, type Sql } from "../../local/sql.ts";
import { isLoopbackHost } from "../../local/gateway/host.ts";
import { catalogueOf } from "../catalogue.ts";
import { compareCatalogues } from "./catalogue_difference.ts";
import {
  type Check,
  failed,
  Failure,
  ok,
  type Result,
  skipped,
  warning,
} from "./check.ts";
import type { Examination } from "./examination.ts";
import type { Migration } from "./expected.ts";

/** How many differences are listed. */
const MAX_LISTED = 8;

/** Comes before the functions are asked, so that one without its schema is not reported as broken. */
export function connectionToDatabase(examination: Examination): Check {
  return {
    id: "database",
    group: "Access",
    title: "Connection as postgres",
    run: () => connection(examination),
  };
}

export function databaseChecks(examination: Examination): Check[] {
  const group = "Database";
  return [
    {
      id: "migrations",
      group,
      title: "Migrations",
      needs: ["reach"],
      run: () => migrations(examination),
    },
    {
      id: "migration-list",
      group,
      title: "Every migration is applied",
      needs: ["database", "migrations"],
      run: () => migrationList(examination),
    },
    {
      id: "catalogue",
      group,
      title: "Tables, policies, grants",
      needs: ["database", "migrations"],
      run: () => catalogue(examination),
    },
    {
      id: "broadcast",
      group,
      title: "Broadcast of changes",
      needs: ["database", "migrations"],
      run: () => broadcast(examination),
    },
  ];
}

/** As the database, a function or the Data API has told it, whichever got an answer. */
function migrations({ expected, facts }: Examination): Result {
  const { schemaVersion } = facts;
  if (schemaVersion === undefined) {
    return skipped(
      "neither a function nor the Data API nor the database has told the newest one",
    );
  }
  const newest = expected.migrations.at(-1)!.version;
  return compareNewest(schemaVersion, newest, expected.migrations);
}

function compareNewest(
  applied: string | null,
  newest: string,
  all: Migration[],
): Result {
  if (applied === newest) return ok(`${all.length}, up to ${newest}`);
  const deploy =
    "Run: deno task deploy <project ref>. Elsewhere: supabase db push --db-url …";
  if (applied === null) {
    return failed("Continuum's migrations are not applied.", deploy);
  }
  if (applied > newest) {
    return failed(
      `The database is at ${applied}, which is newer than this checkout (${newest}).`,
      "Update the checkout: git pull.",
    );
  }
  const missing = all.filter(({ version }) => version > applied);
  return failed(
    `The database is at ${applied}. Not applied: ${named(missing)}.`,
    deploy,
  );
}

function named(migrations: Migration[]): string {
  return migrations.map(({ version, name }) => `${version}_${name}`).join(", ");
}

async function connection(examination: Examination): Promise<Result> {
  if (examination.target.dbUrl === undefined) {
    return skipped(
      "none is set",
      "With SUPABASE_DB_URL (or --db-url) policies, grants and the schedule are looked at. Hosted: Connect, Session " +
        "pooler.",
    );
  }
  const [row] = await asPostgres(
    examination,
    (sql) =>
      sql<{ version: string; user: string }[]>`
        select current_setting('server_version') as version, current_user as user
      `,
  );
  const version = row?.version ?? "";
  examination.facts.schemaVersion = await newestApplied(examination);
  return parseInt(version) < 15
    ? failed(
      `PostgreSQL ${version}.`,
      "Upgrade the project's database to PostgreSQL 15 or newer.",
    )
    : ok(`PostgreSQL ${version}, as ${row?.user}`);
}

/** Null if the schema is not there. */
function newestApplied(examination: Examination): Promise<string | null> {
  return asPostgres(examination, async (sql) => {
    const [there] = await sql<{ there: boolean }[]>`
      select to_regclass('continuum.schema_version') is not null as there
    `;
    if (!there?.there) return null;
    const [row] = await sql<{ version: string | null }[]>`
      select max(version) as version from continuum.schema_version
    `;
    return row?.version ?? null;
  });
}

/**
 * Runs `use` with a connection to the target's database.
 *
 * @throws {Failure} that names the cause if there is none.
 */
export async function asPostgres<T>(
  { target }: Examination,
  use: (sql: Sql) => Promise<T>,
): Promise<T> {
  const url = URL.parse(target.dbUrl ?? "");
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new Failure(
      "SUPABASE_DB_URL is not a PostgreSQL URL.",
      "It has to be like postgresql://postgres:<password>@<host>:5432/postgres, with special characters of the " +
        "password encoded (@ as %40).",
    );
  }
  // As psql does it: encrypted if the server can.
  const mode = url.searchParams.get("sslmode") ??
    (isLoopbackHost(url.host) ? "disable" : "prefer");
  const attempt = async (sslmode: string) => {
    url.searchParams.set("sslmode", sslmode);
    const sql = connect(url.href);
    try {
      return await use(sql);
    } finally {
      await sql.end();
    }
  };
  try {
    if (mode !== "prefer") return await attempt(mode);
    return await attempt("require").catch((error) => {
      if (/does not support SSL/.test(error.message)) return attempt("disable");
      throw error;
    });
  } catch (error) {
    throw connectionFailure(error, url);
  }
}

function connectionFailure(error: unknown, url: URL): unknown {
  const code = error instanceof Error && "code" in error
    ? String(error.code)
    : "";
  const message = error instanceof Error ? error.message : "";
  const where = `${url.hostname}:${url.port || 5432}`;
  if (code === "28P01" || /SASL|password/.test(message)) {
    return new Failure(
      `The database refuses the password of ${
        decodeURIComponent(url.username)
      }.`,
      "Check the password in SUPABASE_DB_URL. A new one is set under Project Settings, Database.",
    );
  }
  if (/Tenant or user not found/i.test(message)) {
    return new Failure(
      "The pooler knows no such project.",
      "Copy the connection string again: its user is postgres.<project ref>, and its host names the region.",
    );
  }
  if (
    /ENOTFOUND|EAI|dns|lookup|ENETUNREACH|EHOSTUNREACH/i.test(code + message)
  ) {
    return new Failure(
      `The database's host ${where} cannot be found or reached.`,
      "The direct host of a hosted project has IPv6 only. Use the connection string of the session pooler.",
    );
  }
  if (/ECONN|CONNECT_TIMEOUT|CONNECTION_/i.test(code)) {
    return new Failure(
      `No database answers at ${where}.`,
      "Check host and port in SUPABASE_DB_URL, and that network restrictions of the project admit this machine.",
    );
  }
  return error;
}

async function migrationList(examination: Examination): Promise<Result> {
  const { expected } = examination;
  const rows = await asPostgres(
    examination,
    (sql) =>
      sql<{ version: string }[]>`select version from continuum.schema_version`,
  );
  const applied = new Set(rows.map(({ version }) => version));
  const missing = expected.migrations.filter(({ version }) =>
    !applied.has(version)
  );
  return missing.length === 0 ? ok(`${applied.size}`) : failed(
    `Left out, though newer ones are applied: ${named(missing)}.`,
    "Run: supabase db push --include-all.",
  );
}

async function catalogue(examination: Examination): Promise<Result> {
  const { expected, target } = examination;
  const [major] = await asPostgres(
    examination,
    (sql) =>
      sql<{ major: number }[]>`
        select current_setting('server_version_num')::int / 10000 as major
      `,
  );
  const { broken, foreign } = compareCatalogues(
    expected.catalogue,
    await asPostgres(examination, () => catalogueOf(target.dbUrl!)),
    { wordByWord: major?.major === expected.databaseMajor },
  );
  if (broken.length > 0) {
    return failed(
      listed(broken),
      "Somebody has changed the database by hand, or applied other migrations. Undo it: each statement is in " +
        "supabase/migrations.",
    );
  }
  return foreign.length > 0
    ? warning(
      `Policies of others on storage.objects: ${listed(foreign)}`,
      "Policies add up. Make sure that each of them names its own bucket, or it opens Continuum's as well.",
    )
    : ok("as the migrations make them");
}

/** Realtime makes its tables when a project first uses it, which may be after the migrations. */
async function broadcast(examination: Examination): Promise<Result> {
  const [row] = await asPostgres(
    examination,
    (sql) =>
      sql<{ realtime: boolean; announces: boolean }[]>`
        select to_regclass('realtime.messages') is not null as realtime,
          exists (
            select from pg_trigger t
            where t.tgname = 'conversations_announce' and t.tgrelid = to_regclass('continuum.conversations')
          ) as announces
      `,
  );
  if (row?.announces) return ok("set up");
  return row?.realtime
    ? warning(
      "The project has Realtime, but changes of conversations are not announced.",
      "Run this in the SQL editor: select continuum.set_up_broadcast();",
    )
    : skipped("the project has no Realtime, or has not used it yet");
}

function listed(lines: string[]): string {
  const rest = lines.length - MAX_LISTED;
  return lines.slice(0, MAX_LISTED).join("; ") +
    (rest > 0 ? `; and ${rest} more` : "") + ".";
}
