/** Checks the content of a file that was sent directly to Storage, and completes it. */
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { askStorage } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import {
  judgeContent,
  type JudgedType,
  SAMPLE_BYTES,
} from "../_shared/files/content.ts";
import { declaredType } from "../_shared/files/declared_type.ts";
import { abandon, settled, type StoredFile } from "../_shared/files/store.ts";

/** What the SQL function read_upload returns. */
interface Upload {
  file: {
    id: string;
    bucket: string;
    original_name: string;
    declared_type: string | null;
  };
  storage_path: string;
  /** The stored object; null if the file is ready already. */
  object: { size_bytes: number; version: string | null } | null;
}

/**
 * Makes a reserved file ready. The content is checked while only its owner can read it, and completing then requires
 * the same version of the object, so the checked bytes are the ones that others get.
 *
 * @throws {Problem} `type_mismatch` if the content is not accepted, and the file is deleted; or a problem of the
 * database.
 */
export async function completeUpload(
  c: Context<Env>,
  file_id: string,
): Promise<StoredFile> {
  const upload: Upload = JSON.parse(await call(c, "read_upload", { file_id }));
  if (upload.object === null) {
    return await settled(c, await call(c, "complete_file", { file_id }));
  }
  const { mimeType } = await judge(c, upload);
  return await settled(
    c,
    await call(c, "complete_file", {
      file_id,
      size_bytes: upload.object.size_bytes,
      object_version: upload.object.version ?? undefined,
      mime_type: mimeType,
    }),
  );
}

async function judge(c: Context<Env>, upload: Upload): Promise<JudgedType> {
  const { file, storage_path } = upload;
  const sample = await firstBytes(c, upload);
  try {
    return await judgeContent({
      bucket: file.bucket,
      name: file.original_name,
      type: declaredType(file.declared_type),
    }, sample);
  } catch (error) {
    if (error instanceof Problem) {
      await abandon(c, file.id, file.bucket, storage_path);
    }
    throw error;
  }
}

async function firstBytes(
  c: Context<Env>,
  { file, storage_path, object }: Upload,
): Promise<Uint8Array> {
  if (object?.size_bytes === 0) return new Uint8Array();
  const response = await askStorage(
    c,
    `/object/authenticated/${file.bucket}/${storage_path}`,
    { headers: { Range: `bytes=0-${SAMPLE_BYTES - 1}` } },
  );
  if (!response.ok) {
    throw await storageProblem(response, { 404: "upload_incomplete" });
  }
  return new Uint8Array(await response.arrayBuffer());
}
