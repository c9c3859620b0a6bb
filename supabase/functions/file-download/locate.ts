/** Where the bytes of a file are, if the caller may have them. */
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

/** @throws {Problem} `not_found` for a file that is not there, not ready, or not the caller's to see. */
export async function locateReady(
  c: Context<Env>,
  fileId: string,
): Promise<Located> {
  const located = JSON.parse(await call(c, "read_file", { file_id: fileId }));
  if (located.file.status !== "ready") throw new Problem("not_found");
  return located;
}
