/** Auth and the Data API: Supabase's own TypeScript implementation, with its known faults mended. */
import { App } from "npm:@supabase/lite@0.10.0";
import { createPostgresConnection } from "npm:@supabase/lite@0.10.0/postgres";
import { INNER_SECRET } from "../keys.ts";

export interface Lite {
  /** Makes or completes the auth schema. */
  ensureSchema(): Promise<void>;
  /** Reads the schema; call it after the migrations. */
  open(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** PostgreSQL's type number of jsonb. */
const JSONB = 3802;

/** Connections of the pool: as many as a small hosted project's Data API has. */
const POOL = 20;

export function createLite(adminDbUrl: string, publicUrl: string): Lite {
  const connection = createPostgresConnection({
    url: adminDbUrl,
    postgresOptions: {
      max: POOL,
      connect_timeout: 2,
      onnotice: () => {},
      types: {
        jsonb: {
          to: JSONB,
          from: [JSONB],
          // Arguments of an RPC arrive encoded already: encoding them again would make strings.
          serialize: (value: unknown) =>
            typeof value === "string" && isJsonContainer(value)
              ? value
              : JSON.stringify(value),
          parse: (text: string) => JSON.parse(text),
        },
      },
    },
  });
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
  return {
    ensureSchema: () => app.ensureSystemSchema(),
    open: async () => void await app.init(),
    fetch: async (request) =>
      await app.fetch(request, { peerAddress: "127.0.0.1" }),
    close: () => connection.close(),
  };
}

function isJsonContainer(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
