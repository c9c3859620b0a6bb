/** Finds a file that the caller may read, and its object in Storage. */
import type { Context } from "hono";
import { call } from "../platform/database.ts";
import type { Env } from "../platform/env.ts";
import { Problem } from "../problems/problem.ts";
import type { File } from "../wire/file.ts";

/** The part of read_file's result that downloads use. */
export interface Located {
  file: File;
  storage_path: string;
}

/** @throws {Problem} `not_found` if the file does not exist or is not ready, or if the caller may not see it. */
export async function locateReady(
  c: Context<Env>,
  fileId: string,
): Promise<Located> {
  const located = JSON.parse(await call(c, "read_file", { file_id: fileId }));
  if (located.file.status !== "ready") throw new Problem("not_found");
  return located;
}
