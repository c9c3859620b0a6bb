// For tests of objects: two users' clients, plain requests, and the refusals that they meet.
import type { SupabaseClient } from "@supabase/supabase-js";
import { ALICE, type Answer, BOB, type Stand, withStand } from "./testing.ts";

export const text = (value: string) => new TextEncoder().encode(value);
export const NOT_FOUND = [400, "404 not_found: Object not found"];
export const DENIED = [
  400,
  "403 Unauthorized: new row violates row-level security policy",
];
export const DUPLICATE = [400, "409 Duplicate: The resource already exists"];
export const TOO_LARGE = [
  400,
  "413 Payload too large: The object exceeded the maximum allowed size",
];

/** A storage-js client of one bucket. */
type Bucket = ReturnType<SupabaseClient["storage"]["from"]>;

export interface Objects {
  stand: Stand;
  /** Their clients for the bucket `files`. */
  alice: Bucket;
  bob: Bucket;
  /** A plain upload to `<bucket>/<path>`, as Alice. */
  put(
    key: string,
    body?: BodyInit,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** A plain read, as Alice unless told otherwise. */
  get(
    key: string,
    headers?: Record<string, string>,
    sub?: string | null,
  ): Promise<Answer>;
}

/** Runs `test` on a stand of its own. */
export function withObjects(
  test: (objects: Objects) => Promise<void>,
): Promise<void> {
  return withStand(async (stand) => {
    await test({
      stand,
      alice: (await stand.as(ALICE)).storage.from("files"),
      bob: (await stand.as(BOB)).storage.from("files"),
      put: (key, body = "hello", headers = {}) =>
        stand.call("POST", `/object/${key}`, { body, headers }),
      get: (key, headers = {}, sub = ALICE) =>
        stand.call("GET", `/object/authenticated/${key}`, { headers, sub }),
    });
  });
}
