/** One file from a client into Storage: row, bytes, ready. A crash between leaves work to the sweep. */
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem, problemFromUnknown } from "../_shared/problems/problem.ts";
import { askStorage } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { type Described, judgeContent, type JudgedType } from "./content.ts";
import type { Chunks } from "./chunks.ts";
import { CountedStream, takeSample, type Totals } from "./counted_stream.ts";
import { removeObject } from "./remove.ts";
import { hasExpired } from "../_shared/platform/token_time.ts";

/** What is known of a file before its bytes. */
export interface Announced extends Described {
  /** Null if the client does not say: quota then grows with the bytes. */
  size: number | null;
  /** Lower-case hex; null if the client does not say. */
  sha256: string | null;
  /** The text of a JSON object. */
  metadata: string | undefined;
  continuationId: string | undefined;
}

/** A file as the API answers it: the text, and whether it was there already. */
export interface StoredFile {
  text: string;
  deduplicated: boolean;
}

/** A row that waits for bytes, and where they go. */
interface Reserved {
  file: { id: string; bucket: string; size_bytes: number };
  storage_path: string;
  max_bytes: number;
}

/** How much quota an upload of unknown size takes at once, at least. */
const GROWTH_BYTES = 1024 * 1024;

/**
 * Stores a file and answers with it, or with the same owner's file of the same content and name.
 *
 * @throws {Problem} what the content's check, reserving, Storage or completing refuse; the row is then
 * deleted and its quota given back. If the access token expires meanwhile, nothing can be given back: the
 * problem names the file, and how to go on.
 */
export async function storeFile(
  c: Context<Env>,
  source: Chunks,
  announced: Announced,
): Promise<StoredFile> {
  const { sample, chunks } = await takeSample(source);
  const type = await judgeContent(announced, sample);
  const reserved = await reserve(c, announced, type);
  let isStored = false;
  try {
    const totals = await transfer(c, reserved, type, chunks, announced.size);
    if (announced.sha256 !== null && announced.sha256 !== totals.sha256) {
      throw new Problem("digest_mismatch", { sha256: totals.sha256 });
    }
    isStored = true;
    return await complete(c, reserved.file.id, totals);
  } catch (error) {
    const { code } = problemFromUnknown(error);
    if (code === "invalid_token" || hasExpired(c.var.token)) {
      throw expiredMeanwhile(reserved.file.id, isStored, error);
    }
    await abandon(
      c,
      reserved.file.id,
      reserved.file.bucket,
      reserved.storage_path,
    );
    throw error;
  }
}

function expiredMeanwhile(
  file_id: string,
  isStored: boolean,
  cause: unknown,
): Problem {
  const next = isStored
    ? `Its bytes are stored: complete it with POST /file-upload/${file_id}/complete and a new token.`
    : `Send it again with a new token, and delete what was reserved with DELETE /file-upload/${file_id}.`;
  return new Problem("invalid_token", {
    detail: `The access token expired during the upload. ${next}`,
    file_id,
    is_stored: isStored,
    cause,
  });
}

async function reserve(
  c: Context<Env>,
  announced: Announced,
  { mimeType, parameters }: JudgedType,
): Promise<Reserved> {
  return JSON.parse(
    await call(c, "reserve_file", {
      bucket: announced.bucket,
      original_name: announced.name,
      mime_type: mimeType,
      size_bytes: announced.size ?? undefined,
      metadata: announced.metadata,
      continuation_id: announced.continuationId,
      declared_type: announced.type.header ?? undefined,
      type_parameters: parameters ?? undefined,
    }),
  );
}

/**
 * @throws {Problem} `unavailable` if Storage has said yes to bytes that it does not have: the client has
 * sent them all, and can only send them again.
 */
async function complete(
  c: Context<Env>,
  file_id: string,
  totals: Totals,
): Promise<StoredFile> {
  try {
    const answer = await call(c, "complete_file", {
      file_id,
      sha256: totals.sha256,
      size_bytes: totals.size,
    });
    return await settled(c, answer);
  } catch (error) {
    const { code } = problemFromUnknown(error);
    throw code === "upload_incomplete" || code === "upload_mismatch"
      ? new Problem("unavailable", { detail: "Storage failed.", cause: error })
      : error;
  }
}

/**
 * What complete_file answers, as the API does: it ends in `"redundant":{…}`, an object that nothing refers
 * to any more, which is removed. All else stays the text that it is.
 */
export async function settled(
  c: Context<Env>,
  answer: string,
): Promise<StoredFile> {
  const { deduplicated, redundant } = JSON.parse(answer);
  if (redundant !== null) {
    await removeObject(c, redundant.bucket, redundant.storage_path);
  }
  return {
    text: answer.replace(
      /\s*,\s*"redundant"\s*:\s*(null|\{[^{}]*\})\s*\}$/,
      "}",
    ),
    deduplicated,
  };
}

/** Streams the bytes to Storage and gives back what they were. */
async function transfer(
  c: Context<Env>,
  { file, storage_path, max_bytes }: Reserved,
  type: JudgedType,
  chunks: Chunks,
  announced: number | null,
): Promise<Totals> {
  let reserved = file.size_bytes;
  const abort = new AbortController();
  const stream = new CountedStream(chunks, announced, async (size) => {
    if (size > max_bytes) throw new Problem("file_too_large", { max_bytes });
    if (size > reserved) reserved = await grow(c, file.id, size, max_bytes);
  }, () => abort.abort());

  try {
    const response = await askStorage(
      c,
      `/object/${file.bucket}/${storage_path}`,
      {
        method: "POST",
        headers: { "Content-Type": objectType(type), "x-upsert": "false" },
        body: stream.body,
        signal: abort.signal,
        timeoutMs: null,
      },
    );
    if (!response.ok) {
      throw await storageProblem(response, {
        // The row that the upload belongs to was deleted meanwhile.
        403: "not_found",
        409: "upload_mismatch",
        413: "file_too_large",
        415: "unsupported_media_type",
      });
    }
    await response.body?.cancel();
    return stream.totals();
  } catch (error) {
    throw stream.failure ?? error;
  } finally {
    stream.settle();
  }
}

/**
 * The type that Storage keeps and serves under a signed URL. Its list of allowed types has wildcards for
 * text, which let parameters through; others are compared as they are written.
 */
function objectType({ mimeType, parameters }: JudgedType): string {
  return parameters !== null && mimeType.startsWith("text/") &&
      !parameters.includes("/")
    ? `${mimeType}; ${parameters}`
    : mimeType;
}

/** Takes quota for `size` bytes and room to grow; for just `size` if that is too much. */
async function grow(
  c: Context<Env>,
  file_id: string,
  size: number,
  maxBytes: number,
): Promise<number> {
  const roomy = Math.min(Math.max(size * 2, GROWTH_BYTES), maxBytes);
  try {
    await call(c, "grow_file", { file_id, size_bytes: roomy });
    return roomy;
  } catch {
    await call(c, "grow_file", { file_id, size_bytes: size });
    return size;
  }
}

/** Gives up a file. What fails here is left to the sweep: the first failure is the one to tell. */
export async function abandon(
  c: Context<Env>,
  file_id: string,
  bucket: string,
  storagePath: string,
) {
  const abandoned = await call(c, "abandon_file", { file_id })
    .catch(() => "false");
  if (abandoned === "true") await removeObject(c, bucket, storagePath);
}
