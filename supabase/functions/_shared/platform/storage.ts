/**
 * The Storage API, asked in the caller's name so that its policies decide. Spoken to by fetch:
 * storage-js holds whole files in memory and cannot send Range.
 */
import { Problem } from "../problems/problem.ts";
import {
  publishableKey,
  requiredVariable as required,
  variable,
} from "./environment.ts";
import type { Env } from "./env.ts";
import type { Context } from "hono";

/**
 * How long Storage may be silent before it counts as out of reach, in milliseconds. The variable of
 * that name in the environment sets it, for tests of that silence.
 */
export const STORAGE_TIMEOUT_MS = Number(
  Deno.env.get("STORAGE_TIMEOUT_MS") ?? 15_000,
);

/** A request to Storage. `timeoutMs` limits the wait for an answer; null where the caller does. */
export interface StorageRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal;
  timeoutMs?: number | null;
}

/**
 * Asks Storage as the caller. A body that is answered may take as long as its reader needs.
 *
 * @throws {Problem} `unavailable` when it does not answer in time or cannot be reached.
 */
export async function askStorage(
  c: Context<Env>,
  path: string,
  { headers, signal, timeoutMs = STORAGE_TIMEOUT_MS, ...init }: StorageRequest =
    {},
): Promise<Response> {
  const late = new AbortController();
  const timer = timeoutMs === null
    ? undefined
    : setTimeout(() => late.abort(), timeoutMs);
  try {
    return await fetch(`${required("SUPABASE_URL")}/storage/v1${path}`, {
      ...init,
      headers: { ...credentials(c), ...headers },
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
  } catch (cause) {
    throw new Problem("unavailable", {
      detail: "Storage cannot be reached.",
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The key of a file's object in its bucket: ids, never a byte of its name. */
export function objectKey(file: { owner_id: string; id: string }): string {
  return `${file.owner_id}/${file.id}`;
}

/** The caller's own credentials, and the publishable key that a gateway asks for. */
function credentials(c: Context<Env>): Record<string, string> {
  return {
    Authorization: `Bearer ${c.var.token}`,
    apikey: publishableKey(),
  };
}

/**
 * Where clients reach Storage: below CONTINUUM_PUBLIC_URL where that is set, since SUPABASE_URL can
 * be a name that only containers know. A self-hosted project says it in SUPABASE_PUBLIC_URL; the CLI passes
 * on no variable that begins with SUPABASE_, hence the other name.
 */
export function publicStorageUrl(): string {
  return `${
    variable("CONTINUUM_PUBLIC_URL") ?? variable("SUPABASE_PUBLIC_URL") ??
      required("SUPABASE_URL")
  }/storage/v1`;
}
