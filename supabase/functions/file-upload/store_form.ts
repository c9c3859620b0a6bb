/** Stores the files of a form one after the other. Each has its own result. */
import type { Context } from "hono";
import type { z } from "@hono/zod-openapi";
import type { Env } from "../_shared/platform/env.ts";
import { Problem, problemFromUnknown } from "../_shared/problems/problem.ts";
import { problemBody } from "../_shared/problems/render.ts";
import { validationProblem } from "../_shared/problems/validation_problem.ts";
import type { Chunks } from "../_shared/files/chunks.ts";
import { type FilePart, partsOf } from "../_shared/files/multipart.ts";
import {
  isUploadField,
  MAX_FILES,
  UploadFields,
  type UploadQuery,
} from "./schemas.ts";
import { storeFile } from "../_shared/files/store.ts";

/** The result of each file in order, as JSON text, and whether all were stored. */
export interface FormResults {
  results: string[];
  isComplete: boolean;
}

/** What applies to every file of a form. */
type Common = Pick<
  z.infer<typeof UploadQuery>,
  "bucket" | "continuation_id" | "metadata"
>;

/**
 * Stores the files of a form. A form field replaces the parameter of the same name in the query.
 *
 * @throws {Problem} if nothing was stored because the form has no file, ends early, or has an invalid field.
 */
export async function storeForm(
  c: Context<Env>,
  contentType: string,
  body: Chunks,
  query: Common,
): Promise<FormResults> {
  const form = new FormOutcome(c.var.requestId);
  const fields: Record<string, string> = {};
  let common = query;
  try {
    for await (const part of partsOf(contentType, body)) {
      if (part.kind === "file") {
        await form.settle(() => storePart(c, part, common));
      } else if (isUploadField(part.name)) {
        if (form.files > 0) {
          throw invalid(part.name, "Must come before the files.");
        }
        if (fields[part.name] !== undefined) {
          throw invalid(part.name, "Must be given only once.");
        }
        fields[part.name] = part.value;
        common = { ...query, ...parseFields(fields) };
      }
    }
  } catch (error) {
    // The form ended early or is invalid. Files that were stored before still get their results.
    if (!form.hasStored) throw error;
    form.break(error);
  }
  if (form.results.length === 0) throw malformed("The form has no file.");
  return form;
}

async function storePart(
  c: Context<Env>,
  part: FilePart,
  { bucket, continuation_id, metadata }: Common,
): Promise<string> {
  const { chunks, ...announced } = part.announce();
  const { text } = await storeFile(c, chunks, {
    ...announced,
    bucket,
    metadata,
    continuationId: continuation_id,
    size: null,
    sha256: null,
  });
  return text;
}

function parseFields(
  fields: Record<string, string>,
): z.infer<typeof UploadFields> {
  const parsed = UploadFields.safeParse(fields);
  if (!parsed.success) throw validationProblem(parsed.error.issues);
  return parsed.data;
}

/** Collects the results of a form's files. */
class FormOutcome implements FormResults {
  readonly results: string[] = [];
  files = 0;
  hasStored = false;
  isComplete = true;
  #endsBroken = false;
  #requestId: string;

  constructor(requestId: string) {
    this.#requestId = requestId;
  }

  async settle(store: () => Promise<string>): Promise<void> {
    this.files++;
    if (this.files > MAX_FILES) {
      return this.#fail(
        malformed(`A form may have at most ${MAX_FILES} files.`),
      );
    }
    try {
      this.results.push(await store());
      this.hasStored = true;
      this.#endsBroken = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Adds a result for a form that ended early, unless the result of its last file already says so. */
  break(error: unknown): void {
    if (!this.#endsBroken) this.#fail(error);
  }

  #fail(error: unknown): void {
    const problem = problemFromUnknown(error);
    this.isComplete = false;
    this.#endsBroken = problem.code === "malformed_request";
    this.results.push(
      JSON.stringify({ problem: problemBody(problem, this.#requestId) }),
    );
  }
}

function invalid(field: string, detail: string): Problem {
  return new Problem("validation_failed", {
    detail,
    errors: [{ pointer: `/${field}`, detail }],
  });
}

function malformed(detail: string): Problem {
  return new Problem("malformed_request", { detail });
}
