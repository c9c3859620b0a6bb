/** Auth: Supabase's own TypeScript implementation. */
import { AsyncLocalStorage } from "node:async_hooks";
import { App } from "npm:@supabase/lite@0.10.0";
import { createPostgresConnection } from "npm:@supabase/lite@0.10.0/postgres";
import { INNER_SECRET } from "../keys.ts";

export interface Lite {
  /** Makes or completes the auth schema. */
  ensureSchema(): Promise<void>;
  /** Makes it ready for requests. */
  open(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

const CONNECTIONS = 5;

/** How long after a failed connection the next one is tried, in seconds. */
const RECONNECT_AFTER_S = 0.2;

/** It encodes JSON itself, and its driver would encode that once more. */
const ENCODED_JSON = {
  jsonb: {
    to: 3802,
    from: [3802],
    serialize: (value: unknown) =>
      typeof value === "string" ? value : JSON.stringify(value),
    parse: (text: string) => JSON.parse(text),
  },
};

/** @param dbUrl connects as a role that may use the auth schema. */
export function createLite(dbUrl: string, publicUrl: string): Lite {
  const connection = createPostgresConnection({
    url: dbUrl,
    postgresOptions: {
      max: CONNECTIONS,
      connect_timeout: 2,
      backoff: () => RECONNECT_AFTER_S,
      onnotice: () => {},
      types: ENCODED_JSON,
    },
  });
  const app = new App({
    connection,
    api: { enabled: false },
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
  return {
    ensureSchema: () => app.ensureSystemSchema(),
    async open() {
      await app.init();
    },
    fetch: async (request) =>
      await quietly(() => app.fetch(request, { peerAddress: "127.0.0.1" })),
    // Pending queries are dropped: they would keep the stack from ending.
    close: () => connection.driver.end({ timeout: 1 }),
  };
}

const isQuiet = new AsyncLocalStorage<boolean>();
for (const level of ["debug", "log", "info", "warn", "error"] as const) {
  const print = console[level];
  console[level] = (...what) => {
    if (!isQuiet.getStore()) print(...what);
  };
}

/**
 * Losing PostgreSQL must not end the stack. The driver of lite throws where nobody can catch it when it writes to a
 * connection that was closed just then (https://github.com/porsager/postgres/issues/1208), and rejects promises that
 * nobody holds.
 */
globalThis.addEventListener("error", (event) => {
  const stack = event.error instanceof Error ? event.error.stack ?? "" : "";
  if (/reading 'write'[^]*nextWrite[^]*connection\.js/.test(stack)) {
    event.preventDefault();
  }
});
globalThis.addEventListener("unhandledrejection", (event) => {
  if (isLostConnection(event.reason)) event.preventDefault();
});

function isLostConnection(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason &&
    /^(ECONNRESET|ECONNREFUSED|EPIPE|CONNECT_TIMEOUT|CONNECTION_\w+|57P0\d)$/
      .test(String(reason.code));
}

/**
 * It prints what the database refuses, values of the caller included, and e-mails that it cannot
 * send, with address and code.
 */
function quietly<T>(work: () => T): T {
  return isQuiet.run(true, work);
}
