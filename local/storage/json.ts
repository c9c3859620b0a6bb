// JSON bodies of requests, parsed.
import type { z } from "zod";
import { failure } from "./errors.ts";

/** The body as `schema` says, or HTTP 400 with a sentence that names the property. */
export async function readJson<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<T> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw failure("invalidBody", "Body is not valid JSON");
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = ["body", ...(issue?.path ?? [])].join("/");
  throw failure("invalidBody", `${path} ${issue?.message ?? "is invalid"}`);
}
