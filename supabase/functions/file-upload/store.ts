/** One file from a client into Storage: row, bytes, ready. A crash between leaves work to the sweep. */
import type { Context } from "hono";
import { z } from "@hono/zod-openapi";
import { call } from "../_shared/platform/database.ts";
import type { Json } from "../_shared/generated/database.types.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem, problemFromUnknown } from "../_shared/problems/problem.ts";
import { File } from "../_shared/wire/file.ts";
import { askStorage } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { type DeclaredType, refuseContradiction } from "./content_type.ts";
import {
  type Chunks,
  CountedStream,
  takeSample,
  type Totals,
} from "./counted_stream.ts";
import { removeObject } from "./remove.ts";
import { Reserved, Stored } from "./schemas.ts";

/** What is known of a file before its bytes. */
export interface Announced {
  bucket: string;
  name: string;
  type: DeclaredType;
  /** null where the client does not say: quota then grows with the bytes. */
  size: number | null;
  /** Lower-case hex; null where the client does not say. */
  sha256: string | null;
  metadata: Record<string, Json>;
  continuationId: string | undefined;
}

/** How much quota an upload of unknown size takes at once, at least. */
const GROWTH_BYTES = 1024 * 1024;

/**
 * Stores a file and answers with it, or with the same owner's file of the same content.
 *
 * @throws {Problem} what reserving, the content's check, Storage or completing refuse; the row is
 * then deleted and its quota given back.
 */
export async function storeFile(
  c: Context<Env>,
  source: Chunks,
  announced: Announced,
): Promise<z.infer<typeof Stored>> {
  const { sample, chunks } = await takeSample(source);
  // First, since it knows which types the bucket takes at all.
  const { file, storage_path, max_bytes } = await reserve(c, announced);
  try {
    await refuseContradiction(file.mime_type, sample);
    const totals = await transfer(c, file, storage_path, chunks, max_bytes);
    if (announced.sha256 !== null && announced.sha256 !== totals.sha256) {
      throw new Problem("digest_mismatch", { sha256: totals.sha256 });
    }
    const stored = await complete(c, file.id, totals);
    if (stored.deduplicated) await removeObject(c, file.bucket, storage_path);
    return stored;
  } catch (error) {
    await abandon(c, file, storage_path);
    throw error;
  }
}

async function reserve(c: Context<Env>, announced: Announced) {
  const { essence, parameters } = announced.type;
  return Reserved.parse(
    JSON.parse(
      await call(c, "reserve_file", {
        bucket: announced.bucket,
        original_name: announced.name,
        mime_type: essence,
        size_bytes: announced.size ?? undefined,
        metadata: parameters === null
          ? announced.metadata
          : { ...announced.metadata, content_type_parameters: parameters },
        continuation_id: announced.continuationId,
      }),
    ),
  );
}

/**
 * @throws {Problem} `unavailable` where Storage has said yes to bytes that it does not have: the
 * client has sent them all, and can only send them again.
 */
async function complete(c: Context<Env>, file_id: string, totals: Totals) {
  try {
    return Stored.parse(
      JSON.parse(
        await call(c, "complete_file", {
          file_id,
          sha256: totals.sha256,
          size_bytes: totals.size,
        }),
      ),
    );
  } catch (error) {
    const { code } = problemFromUnknown(error);
    throw code === "upload_incomplete" || code === "upload_mismatch"
      ? new Problem("unavailable", { detail: "Storage failed.", cause: error })
      : error;
  }
}

/** Streams the bytes to Storage and gives back what they were. */
async function transfer(
  c: Context<Env>,
  file: z.infer<typeof File>,
  path: string,
  chunks: Chunks,
  maxBytes: number,
): Promise<Totals> {
  let reserved = file.size_bytes;
  const abort = new AbortController();
  const stream = new CountedStream(chunks, async (size) => {
    if (size > maxBytes) {
      throw new Problem("file_too_large", { max_bytes: maxBytes });
    }
    if (size > reserved) reserved = await grow(c, file.id, size, maxBytes);
  }, () => abort.abort());

  try {
    const response = await askStorage(c, `/object/${file.bucket}/${path}`, {
      method: "POST",
      headers: { "Content-Type": file.mime_type, "x-upsert": "false" },
      body: stream.body,
      signal: abort.signal,
      timeoutMs: null,
    });
    if (!response.ok) {
      throw await storageProblem(response, {
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

/** Takes quota for `size` bytes and room to grow; for just `size` where that is too much. */
async function grow(
  c: Context<Env>,
  file_id: string,
  size: number,
  maxBytes: number,
) {
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
  file: z.infer<typeof File>,
  path: string,
) {
  const abandoned = await call(c, "abandon_file", { file_id: file.id })
    .catch(() => "false");
  if (abandoned === "true") await removeObject(c, file.bucket, path);
}
