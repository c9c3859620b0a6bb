/** Removes the object of a deleted row, as the caller. */
import type { Context } from "hono";
import type { Env } from "../platform/env.ts";
import { askStorage } from "../platform/storage.ts";

/** Short, since the response to the client waits for the removal but does not depend on it. In milliseconds. */
const REMOVAL_TIMEOUT_MS = 2000;

/**
 * Removes an object if Storage is able to now. Never throws: if the object stays, the sweep finds it by its row
 * and removes it.
 */
export async function removeObject(
  c: Context<Env>,
  bucket: string,
  storagePath: string,
): Promise<void> {
  try {
    const response = await askStorage(c, `/object/${bucket}`, {
      method: "DELETE",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ prefixes: [storagePath] }),
      timeoutMs: REMOVAL_TIMEOUT_MS,
    });
    await response.body?.cancel();
  } catch {
    // Storage cannot be reached.
  }
}
