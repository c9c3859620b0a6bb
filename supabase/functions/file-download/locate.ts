/** Finds the object of a file that the caller may read. */
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import type { File } from "../_shared/wire/file.ts";

/** What read_file answers, as far as downloads need it. */
export interface Located {
  file: File;
  storage_path: string;
}

/** @throws {Problem} `not_found` if the file does not exist, is not ready, or may not be seen by the caller. */
export async function locateReady(
  c: Context<Env>,
  fileId: string,
): Promise<Located> {
  const located = JSON.parse(await call(c, "read_file", { file_id: fileId }));
  if (located.file.status !== "ready") throw new Problem("not_found");
  return located;
}
