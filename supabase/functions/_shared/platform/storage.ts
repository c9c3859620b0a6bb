/**
 * Requests to the Storage API as the caller, so that its policies apply. They use fetch, because storage-js keeps
 * whole files in memory and cannot send Range.
 */
import { Problem } from "../problems/problem.ts";
import { projectUrl, publicUrl, variable } from "./environment.ts";
import type { Env } from "./env.ts";
import type { Context } from "hono";

/**
 * How many milliseconds Storage may be silent before it counts as unreachable. The environment variable of the
 * same name overrides it, for tests.
 */
export const STORAGE_TIMEOUT_MS = Number(
  variable("STORAGE_TIMEOUT_MS") ?? 15_000,
);

/** A request to Storage. `timeoutMs` limits the wait for a response; null if the caller limits it. */
export interface StorageRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal;
  timeoutMs?: number | null;
}

/**
 * Sends a request to Storage as the caller. The time limit does not apply to reading the response's body.
 *
 * @throws {Problem} `unavailable` if Storage cannot be reached or does not respond in time.
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
    return await fetch(`${projectUrl()}/storage/v1${path}`, {
      ...init,
      headers: { ...c.var.credentials, ...headers },
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

/**
 * The URL at which clients reach Storage. SUPABASE_URL may be a name that only containers can resolve, so the public
 * URL takes precedence.
 */
export function publicStorageUrl(): string {
  return `${publicUrl() ?? projectUrl()}/storage/v1`;
}
