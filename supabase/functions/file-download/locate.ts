/** Finds the object of a file that the caller may read. */
import type { Context } from "hono";
import type { z } from "@hono/zod-openapi";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { Located } from "./schemas.ts";

/** @throws {Problem} `not_found` if the file does not exist, is not ready, or may not be seen by the caller. */
export async function locateReady(
  c: Context<Env>,
  fileId: string,
): Promise<z.infer<typeof Located>> {
  const located = Located.parse(
    JSON.parse(await call(c, "read_file", { file_id: fileId })),
  );
  if (located.file.status !== "ready") throw new Problem("not_found");
  return located;
}
