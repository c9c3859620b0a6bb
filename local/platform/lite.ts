/** Auth and the Data API: Supabase's own TypeScript implementation, with its known faults mended. */
import { AsyncLocalStorage } from "node:async_hooks";
import { App } from "npm:@supabase/lite@0.10.0";
import { createPostgresConnection } from "npm:@supabase/lite@0.10.0/postgres";
import { INNER_SECRET, signInner } from "../keys.ts";
import { passOnSqlState } from "./lite_errors.ts";
import {
  type JsonArguments,
  jsonTypes,
  markStrings,
  readJsonArguments,
} from "./lite_jsonb.ts";
import { ROLE_LIMITS, takeFunctionLimits } from "./lite_limits.ts";

export interface Lite {
  /** Makes or completes the auth schema. */
  ensureSchema(): Promise<void>;
  /** Reads the schema; call it after the migrations. */
  open(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Connections of the pool: as many as a small hosted project's Data API has. */
const POOL = 20;

/** How long after a failed connection the next one is tried, in seconds. */
const RECONNECT_AFTER_S = 0.2;

/**
 * @param dbUrl connects as a role that may become anon, authenticated and service_role, use the
 * auth schema, and see the tables of the exposed one.
 */
export function createLite(dbUrl: string, publicUrl: string): Lite {
  const connection = createPostgresConnection({
    url: dbUrl,
    postgresOptions: {
      max: POOL,
      connect_timeout: 2,
      backoff: () => RECONNECT_AFTER_S,
      connection: ROLE_LIMITS,
      onnotice: () => {},
      types: jsonTypes,
    },
  });
  keepGrants(connection);
  connection.normalizeDbError = passOnSqlState;
  const app = new App({
    connection,
    api: { enabled: true, schemas: ["public"], max_rows: 1000 },
    auth: {
      enabled: true,
      jwt_secret: INNER_SECRET,
      jwt_expiry: 3600,
      site_url: publicUrl,
      minimum_password_length: 8,
      email: { enable_signup: true, enable_confirmations: false },
    },
    // The gateway has checked the caller's key and says the role in the token that it passes on.
    options: { server: { apiKeys: false } },
  });
  let jsonArguments: JsonArguments = new Map();
  const fetch = async (request: Request) => {
    const marked = await markStrings(request, jsonArguments);
    return await quietly(() => app.fetch(marked, { peerAddress: "127.0.0.1" }));
  };
  return {
    ensureSchema: () => app.ensureSystemSchema(),
    async open() {
      await app.init();
      await takeFunctionLimits(connection, dbUrl);
      jsonArguments = await readJsonArguments(dbUrl);
      // It reads the schema at its first request, whatever that asks for: not at a client's.
      const token = await signInner({ role: "service_role" });
      await fetch(
        new Request(`${publicUrl}/rest/v1/nothing`, {
          headers: { Authorization: `Bearer ${token}` },
        }),
      );
    },
    fetch,
    // Whatever waits still: a stack that ends does not.
    close: () => connection.driver.end({ timeout: 1 }),
  };
}

/**
 * At its first request it would grant all on all tables to anon and authenticated, and make void
 * what the migrations grant. It does so unless it believes to have looked already.
 */
function keepGrants(connection: object): void {
  if (!("rlsState" in connection)) {
    throw new Error("@supabase/lite has changed: see keepGrants.");
  }
  connection.rlsState = "active";
}

const isQuiet = new AsyncLocalStorage<boolean>();
for (const level of ["debug", "log", "info", "warn", "error"] as const) {
  const print = console[level];
  console[level] = (...what) => {
    if (!isQuiet.getStore()) print(...what);
  };
}

/**
 * It prints what the database refuses, values of the caller included, and e-mails that it cannot
 * send, with address and code.
 */
function quietly<T>(work: () => T): T {
  return isQuiet.run(true, work);
}
