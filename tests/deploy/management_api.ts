/** The part of Supabase's Management API that a deployment uses, and what it was asked. */
import { withConnection } from "../../local/sql.ts";

export const REF = "abcdefghijklmnopqrst";
export const TOKEN = `sbp_${"0123456789".repeat(4)}`;

export interface DeployedFunction {
  version: number;
  verify_jwt: boolean;
  entrypoint_path: string;
  /** The uploaded files by their path. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
}

export interface ManagementApi extends AsyncDisposable {
  url: string;
  /** Each request, such as `POST /functions/deploy`, below the project. */
  requests: string[];
  /** What is live, by name. */
  functions: Map<string, DeployedFunction>;
  /** The functions whose bundling fails. */
  failing: Set<string>;
  /** Whether the token may make a login for the database. */
  mayLogIn: boolean;
}

export function startManagementApi(
  { adminDbUrl, poolerHost }: { adminDbUrl: string; poolerHost: string },
): ManagementApi {
  const bundled = new Map<string, DeployedFunction>();
  const api: Omit<ManagementApi, "url" | keyof AsyncDisposable> = {
    requests: [],
    functions: new Map(),
    failing: new Set(),
    mayLogIn: true,
  };

  const routes: Record<
    string,
    (request: Request) => Promise<Response> | Response
  > = {
    "GET ": () => Response.json(project()),
    "GET /functions": () =>
      Response.json(
        [...api.functions].map(([slug, live]) => described(slug, live)),
      ),
    "GET /config/database/pooler": () => Response.json([pooler(poolerHost)]),
    "POST /network-bans/retrieve": () =>
      Response.json({ banned_ipv4_addresses: [] }),
    "POST /cli/login-role": async () => {
      if (!api.mayLogIn) {
        return failure(
          403,
          "Your account does not have the necessary privileges",
        );
      }
      const password = crypto.randomUUID();
      await makeLoginRole(adminDbUrl, password);
      return Response.json(
        { role: "cli_login_postgres", password, ttl_seconds: 300 },
        { status: 201 },
      );
    },
    "POST /functions/deploy": async (request) => {
      const slug = new URL(request.url).searchParams.get("slug") ?? "";
      const form = await request.formData();
      if (api.failing.has(slug)) {
        return failure(400, "Failed to bundle the function");
      }
      const { metadata, files } = await read(form);
      const version = (api.functions.get(slug)?.version ?? 0) + 1;
      const { verify_jwt, entrypoint_path } = metadata;
      const bundle = { version, verify_jwt, entrypoint_path, files };
      bundled.set(slug, bundle);
      return Response.json(described(slug, bundle), { status: 201 });
    },
    "PUT /functions": async (request) => {
      const activated: { slug: string }[] = await request.json();
      for (const { slug } of activated) {
        const bundle = bundled.get(slug);
        if (bundle) api.functions.set(slug, bundle);
      }
      return Response.json({ functions: activated });
    },
  };

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname
        .replace(`/v1/projects/${REF}`, "");
      const name = `${request.method} ${path}`;
      if (request.headers.get("Authorization") !== `Bearer ${TOKEN}`) {
        return failure(401, "Unauthorized");
      }
      api.requests.push(name);
      return await (routes[name]?.(request) ?? failure(404, "Not found"));
    },
  );
  return Object.assign(api, {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}

function failure(status: number, message: string): Response {
  return Response.json({ message }, { status });
}

function project() {
  return {
    id: REF,
    ref: REF,
    organization_id: "organization",
    organization_slug: "organization",
    name: "Continuum",
    region: "eu-west-1",
    status: "ACTIVE_HEALTHY",
    created_at: "2026-01-01T00:00:00Z",
    database: {
      host: `db.${REF}.supabase.co`,
      version: "17.6.1",
      postgres_engine: "17",
      release_channel: "ga",
    },
  };
}

function described(
  slug: string,
  { version, verify_jwt, entrypoint_path }: DeployedFunction,
) {
  return {
    id: slug,
    slug,
    name: slug,
    status: "ACTIVE",
    version,
    created_at: Date.now(),
    updated_at: Date.now(),
    verify_jwt,
    import_map: false,
    entrypoint_path: `file:///${entrypoint_path}`,
  };
}

function pooler(host: string) {
  const connection =
    `postgresql://postgres.${REF}:[YOUR-PASSWORD]@${host}:6543/postgres`;
  return {
    identifier: REF,
    database_type: "PRIMARY",
    is_using_scram_auth: true,
    db_user: `postgres.${REF}`,
    db_host: host,
    db_port: 6543,
    db_name: "postgres",
    connection_string: connection,
    connectionString: connection,
    default_pool_size: 15,
    max_client_conn: 200,
    pool_mode: "transaction",
  };
}

/** A role that may become postgres, as the platform makes one for some minutes. */
async function makeLoginRole(dbUrl: string, password: string): Promise<void> {
  await withConnection(dbUrl, async (sql) => {
    const [role] =
      await sql`select from pg_roles where rolname = 'cli_login_postgres'`;
    await sql.unsafe(
      role === undefined
        ? `create role cli_login_postgres login noinherit password '${password}' in role postgres`
        : `alter role cli_login_postgres password '${password}'`,
    );
  });
}

async function read(form: FormData) {
  const metadata: { verify_jwt: boolean; entrypoint_path: string } = JSON.parse(
    String(form.get("metadata")),
  );
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of form.getAll("file")) {
    if (file instanceof File) {
      files.set(file.name, new Uint8Array(await file.arrayBuffer()));
    }
  }
  return { metadata, files };
}
