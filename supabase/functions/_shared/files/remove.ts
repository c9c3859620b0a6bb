/** Deletes files, and the objects of deleted rows, as the caller. */
import type { Context } from "hono";
import type { Env } from "../platform/env.ts";
import { call } from "../platform/database.ts";
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

/**
 * Deletes a file of the caller's with its links, and its object unless other files share it.
 *
 * @throws {Problem} `not_found`
 */
export async function deleteStoredFile(
  c: Context<Env>,
  fileId: string,
): Promise<void> {
  const { bucket, storage_path } = JSON.parse(
    await call(c, "delete_file", { file_id: fileId }),
  );
  if (storage_path !== null) await removeObject(c, bucket, storage_path);
}
