/** Finds a file that the caller may read, and its object in Storage. */
import type { Context } from "hono";
import { call } from "../platform/database.ts";
import type { Env } from "../platform/env.ts";
import type { File } from "../wire/file.ts";

/** What the SQL function locate_file returns. */
export interface Located {
  file: File;
  storage_path: string;
}

/** @throws {Problem} `not_found` if the file does not exist or is not ready, or if the caller may not see it. */
export async function locateReady(
  c: Context<Env>,
  fileId: string,
): Promise<Located> {
  return JSON.parse(await call(c, "locate_file", { file_id: fileId }));
}
