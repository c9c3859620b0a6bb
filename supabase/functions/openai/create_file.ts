/** `POST /openai/v1/files`. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { chunksOf } from "../_shared/files/chunks.ts";
import { type FilePart, partsOf } from "../_shared/files/multipart.ts";
import { deleteStoredFile } from "../_shared/files/remove.ts";
import { storeFile } from "../_shared/files/store.ts";
import { frontRoute, json } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { validationProblem } from "../_shared/problems/validation_problem.ts";
import { FileObject, fileText, Purpose, type StoredFile } from "./file.ts";

/** The fields beside the file. They may come before it or after it, as the client's caller wrote them. */
const Fields = z.strictObject({ purpose: Purpose });

export const createFile = frontRoute({
  operationId: "createFile",
  tag: "Files",
  post: "/v1/files",
  summary: "Upload a file",
  description:
    "A form with a `file` and a `purpose`. The same content under the same name is one file, so a retry makes no " +
    "other. `expires_after` is refused.",
  stream: {
    "multipart/form-data": z.object({
      file: z.string().openapi({ format: "binary" }),
      purpose: Purpose,
    }),
  },
  answers: { 200: ["The file.", FileObject] },
  problems: [
    "malformed_request",
    "not_found",
    "file_too_large",
    "quota_exceeded",
    "type_mismatch",
    "validation_failed",
  ],
}, async (c) => {
  const type = c.req.header("Content-Type") ?? "";
  if (!/^\s*multipart\/form-data\b/i.test(type)) {
    throw new Problem("unsupported_media_type", {
      detail: "Send a form: multipart/form-data.",
    });
  }
  const chunks = chunksOf(c.req.raw.body);
  try {
    return json(c, fileText(await storeForm(c, partsOf(type, chunks))));
  } finally {
    // Unlocks the body, so that the app can drain what a refused request has left unread.
    await chunks.return(undefined);
  }
});

/** A file that was stored, and whether it was there before. */
interface Outcome {
  file: StoredFile;
  deduplicated: boolean;
}

/**
 * Stores the file of a form with its purpose.
 *
 * @throws {Problem} if the form is not one of these. A file that was stored by then is deleted again.
 */
async function storeForm(
  c: Context<Env>,
  parts: ReturnType<typeof partsOf>,
): Promise<StoredFile> {
  const fields: Record<string, string> = {};
  let stored: Outcome | null = null;
  try {
    for await (const part of parts) {
      if (part.kind === "field") {
        if (fields[part.name] !== undefined) {
          throw invalid(part.name, "Must be given only once.");
        }
        fields[part.name] = part.value;
      } else if (stored === null) stored = await storePart(c, part);
      else throw invalid("file", "Must be one file.");
    }
    if (stored === null) throw invalid("file", "Must be a file.");
    const parsed = Fields.safeParse(fields);
    if (!parsed.success) throw validationProblem(parsed.error.issues);
    return JSON.parse(
      await call(c, "rename_file", {
        file_id: stored.file.id,
        metadata: JSON.stringify(parsed.data),
      }),
    );
  } catch (error) {
    if (stored?.deduplicated === false) {
      await deleteStoredFile(c, stored.file.id).catch(() => {});
    }
    throw error;
  }
}

async function storePart(c: Context<Env>, part: FilePart): Promise<Outcome> {
  const { chunks, ...announced } = part.announce();
  const { text } = await storeFile(c, chunks, {
    ...announced,
    bucket: "user-files",
    metadata: undefined,
    continuationId: undefined,
    size: null,
    sha256: null,
  });
  return JSON.parse(text);
}

function invalid(field: string, detail: string): Problem {
  return new Problem("validation_failed", {
    detail,
    errors: [{ pointer: `/${field}`, detail }],
  });
}
