/** Where the bytes of a file are, if the caller may have them. */
import type { Context } from "hono";
import type { z } from "@hono/zod-openapi";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { Located } from "./schemas.ts";

/** @throws {Problem} `not_found` for a file that is not there, not ready, or not the caller's to see. */
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
