/** The content check of files that went to Storage without passing through us. */
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import type { File } from "../_shared/wire/file.ts";
import { askStorage, objectKey } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { refuseContradiction, SAMPLE_BYTES } from "./content_type.ts";
import { removeObject } from "./remove.ts";

/**
 * Reads the first bytes of a ready file and deletes it where they contradict its type. It has to be
 * ready first, since nobody may read a pending object.
 *
 * @throws {Problem} `type_mismatch`
 */
export async function verifyStoredContent(
  c: Context<Env>,
  file: File,
): Promise<void> {
  const path = objectKey(file);
  const sample = await firstBytes(c, file, path);
  try {
    await refuseContradiction(file.mime_type, sample);
  } catch (error) {
    await call(c, "delete_file", { file_id: file.id });
    await removeObject(c, file.bucket, path);
    throw error;
  }
}

async function firstBytes(
  c: Context<Env>,
  file: File,
  path: string,
): Promise<Uint8Array> {
  if (file.size_bytes === 0) return new Uint8Array();
  const response = await askStorage(
    c,
    `/object/authenticated/${file.bucket}/${path}`,
    {
      headers: { Range: `bytes=0-${SAMPLE_BYTES - 1}` },
    },
  );
  if (!response.ok) throw await storageProblem(response);
  return new Uint8Array(await response.arrayBuffer());
}
