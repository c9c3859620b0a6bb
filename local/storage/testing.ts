// For tests: the service over HTTP, on a database of a hosted project before its first migration.
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { join } from "node:path";
import { openDataFolder } from "../data_folder.ts";
import { startDatabase } from "../database.ts";
import { filesBelow } from "../files_below.ts";
import { type Claims, signingKey } from "../keys.ts";
import { connect, type Sql } from "../sql.ts";
import { openStackFile } from "../stack_file.ts";
import { temporaryDataFolder } from "../temporary.ts";
import { createStorageService, type StorageService } from "./service.ts";

export const ALICE = "11111111-1111-4111-8111-111111111111";
export const BOB = "22222222-2222-4222-8222-222222222222";

/** Alice's and Bob's rows are their own; as in the project, with one policy for each command. */
const FIXTURE = `
  insert into storage.buckets (id, name) values ('files', 'files'), ('bare', 'bare');
  insert into storage.buckets (id, name, file_size_limit, allowed_mime_types)
    values ('small', 'small', 1000, array['text/plain', 'image/*']);
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
  admin: Sql;
  postgres: Sql;
  service: StorageService;
  /** Starts another service over the same database and files. */
  another(changes?: { dbUrl?: string }): Promise<StorageService>;
  /** An access token of the stand's own Auth, or of its key under another id. */
  tokenOf(claims: Claims, kid?: string): Promise<string>;
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
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryDataFolder());
  const dataDir = await openDataFolder(folder.path);
  const { passwords, signingKey: jwk } = await openStackFile(dataDir);
  const database = await startDatabase({ dataDir, port: 0, passwords });
  parts.defer(() => database.stop());
  const open = (url: string) => {
    const sql = connect(url, { max: 2 });
    parts.defer(() => sql.end());
    return sql;
  };
  const admin = open(database.adminUrl);
  const postgres = open(database.url);
  await postgres.unsafe(FIXTURE);
  const filesDir = join(dataDir, "files");
  const key = await signingKey(jwk);

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
  const another = ({ dbUrl = database.authenticatorUrl } = {}) =>
    createStorageService({
      dbUrl,
      filesDir,
      verify: key.verify,
      urlSigningSecret: "a secret of at least thirty-two characters",
      publicUrl: `${url}/storage/v1`,
    });
  const service: StorageService = await another();
  parts.defer(() => service.close());

  const now = Math.floor(Date.now() / 1000);
  const tokenOf = async (claims: Claims, kid = jwk.kid) =>
    await (await signingKey({ ...jwk, kid })).sign({
      role: "authenticated",
      exp: now + 3600,
      ...claims,
    });
  const clientOf = async (claims: Claims) => {
    const token = await tokenOf(claims);
    return createClient(url, "key", {
      accessToken: () => Promise.resolve(token),
    });
  };

  try {
    await test({
      url: `${url}/storage/v1`,
      filesDir,
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
  }
}

/** The path of every file below a folder of the service's. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).map(({ path }) => path);
}
