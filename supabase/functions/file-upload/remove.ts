/** Removing an object whose row is deleted, in the caller's name. */
import type { Context } from "hono";
import type { Env } from "../_shared/platform/env.ts";
import { askStorage } from "../_shared/platform/storage.ts";

/** Short, since a client waits for an answer that does not depend on it. */
const REMOVAL_TIMEOUT_MS = 2000;

/**
 * Removes the object if Storage lets it go now. Never fails: the row says that the object is to go,
 * and the sweep removes what stays.
 */
export async function removeObject(
  c: Context<Env>,
  bucket: string,
  path: string,
): Promise<void> {
  try {
    const response = await askStorage(c, `/object/${bucket}`, {
      method: "DELETE",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ prefixes: [path] }),
      timeoutMs: REMOVAL_TIMEOUT_MS,
    });
    await response.body?.cancel();
  } catch {
    // Storage is out of reach.
  }
}
