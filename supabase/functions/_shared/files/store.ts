/** Stores one file: first its row, then its bytes, then the row is made ready. The sweep cleans up after a crash. */
import type { Context } from "hono";
import { call } from "../platform/database.ts";
import type { Env } from "../platform/env.ts";
import { Problem, problemFromUnknown } from "../problems/problem.ts";
import { askStorage, type StorageRequest } from "../platform/storage.ts";
import { storageProblem } from "../problems/storage_problem.ts";
import { judgeContent, type JudgedType } from "./content.ts";
import type { Described } from "./declared_type.ts";
import { type Chunks, endedEarly } from "./chunks.ts";
import { CountedStream } from "./counted_stream.ts";
import {
  type Head,
  isWhole,
  readHead,
  type Totals,
  type WholeFile,
} from "./head.ts";
import { removeObject } from "./remove.ts";
import { hasExpired } from "../platform/token_time.ts";

/** What the client says about a file, and where it belongs. */
export interface Announced extends Described {
  /** Null if it is not known. Quota is then taken while the bytes arrive. */
  size: number | null;
  /** Lower-case hex; null if the client does not state it. */
  sha256: string | null;
  /** The text of a JSON object. */
  metadata: string | undefined;
  continuationId: string | undefined;
}

/** The response for a stored file: its JSON text, and whether the file existed already. */
export interface StoredFile {
  text: string;
  deduplicated: boolean;
}

/** What the SQL function begin_upload returns if there are bytes to send. */
interface Begun {
  file: { id: string; bucket: string; size_bytes: number };
  storage_path: string;
  max_bytes: number;
}

/** The least quota that an upload of unknown size takes at a time. */
const GROWTH_BYTES = 1024 * 1024;

/**
 * Stores a file, unless the owner already has one of the same content and name, which is then returned.
 *
 * @throws {Problem} if the content, the quota, Storage or the database refuses it. The row is then deleted and its
 * quota is freed. If the access token expires meanwhile, neither is possible: the problem then names the file and
 * says how to continue.
 */
export async function storeFile(
  c: Context<Env>,
  source: Chunks,
  announced: Announced,
): Promise<StoredFile> {
  const head = await readHead(source, announced.size);
  const { file } = head;
  try {
    const type = await judgeContent(announced, head.sample);
    if (isWhole(file)) requireAnnounced(announced, file);
    const answer = await begin(c, announced, type, file);
    const begun: Begun | { deduplicated: true } = JSON.parse(answer);
    return "deduplicated" in begun
      ? await settled(c, answer)
      : await send(c, begun, type, head, announced);
  } finally {
    head.release();
  }
}

/** Sends the bytes of a pending file, and makes it ready. */
async function send(
  c: Context<Env>,
  begun: Begun,
  type: JudgedType,
  { file, size }: Head,
  announced: Announced,
): Promise<StoredFile> {
  const { id, bucket } = begun.file;
  let isStored = false;
  try {
    const totals = isWhole(file)
      ? await sendWhole(c, begun, type, file)
      : await sendStream(c, begun, type, file, size, announced.size);
    requireAnnounced(announced, totals);
    isStored = true;
    return await complete(c, id, totals);
  } catch (error) {
    const { code } = problemFromUnknown(error);
    if (code === "invalid_token" || hasExpired(c.var.token)) {
      throw expiredMeanwhile(id, isStored, error);
    }
    const left = await abandon(c, id, bucket, begun.storage_path);
    throw code === "not_found" && left === "unknown" ? lost(error) : error;
  }
}

/** @throws {Problem} `malformed_request` or `digest_mismatch` if the client announced something else. */
function requireAnnounced(announced: Announced, { size, sha256 }: Totals) {
  if (announced.size !== null && announced.size !== size) throw endedEarly();
  if (announced.sha256 !== null && announced.sha256 !== sha256) {
    throw new Problem("digest_mismatch", { sha256 });
  }
}

/** A crash of the database lost the row, because its commit was not waited for. Nothing is stored. */
function lost(cause: unknown): Problem {
  return new Problem("unavailable", {
    detail: "The database failed during the upload.",
    cause,
  });
}

function expiredMeanwhile(
  file_id: string,
  isStored: boolean,
  cause: unknown,
): Problem {
  const next = isStored
    ? `The bytes are stored. With a new token, complete the file by POST /file-upload/${file_id}/complete.`
    : `With a new token, upload the file again, and delete this attempt by DELETE /file-upload/${file_id}.`;
  return new Problem("invalid_token", {
    detail: `The access token expired during the upload. ${next}`,
    file_id,
    is_stored: isStored,
    cause,
  });
}

async function begin(
  c: Context<Env>,
  announced: Announced,
  { mimeType, parameters }: JudgedType,
  file: WholeFile | Chunks,
): Promise<string> {
  const known = isWhole(file) ? file : null;
  return await call(c, "begin_upload", {
    bucket: announced.bucket,
    original_name: announced.name,
    mime_type: mimeType,
    size_bytes: known?.size ?? announced.size ?? undefined,
    sha256: known?.sha256,
    metadata: announced.metadata,
    continuation_id: announced.continuationId,
    declared_type: announced.type.header ?? undefined,
    type_parameters: parameters ?? undefined,
  });
}

/**
 * @throws {Problem} `unavailable` if Storage accepted the bytes but does not have them. The client did everything
 * right, and can only send them again.
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
 * Turns the result of complete_file into a response. It ends in `"redundant":{…}`, an object that no row uses any
 * more: the object is removed from Storage, and the member from the text. The rest of the text stays as it is.
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
    text: answer.replace(/,"redundant":(null|\{[^{}]*\})\}$/, "}"),
    deduplicated,
  };
}

/** Sends a small file to Storage in one piece. Its size was checked when its quota was taken. */
async function sendWhole(
  c: Context<Env>,
  begun: Begun,
  type: JudgedType,
  file: WholeFile,
): Promise<Totals> {
  await putObject(c, begun, type, { body: file.bytes });
  return file;
}

/**
 * Streams the bytes to Storage, and returns their number and digest.
 *
 * @param first how many bytes the first chunk has.
 */
async function sendStream(
  c: Context<Env>,
  begun: Begun,
  type: JudgedType,
  chunks: Chunks,
  first: number,
  announced: number | null,
): Promise<Totals> {
  const { file, max_bytes } = begun;
  let reserved = file.size_bytes;
  const admit = async (size: number) => {
    if (size > max_bytes) throw new Problem("file_too_large", { max_bytes });
    if (size > reserved) reserved = await grow(c, file.id, size, max_bytes);
  };
  // Before the request begins: if its head goes out alone, what follows waits 40 ms for a delayed acknowledgement.
  await admit(first);
  const abort = new AbortController();
  const stream = new CountedStream(
    chunks,
    announced,
    admit,
    () => abort.abort(),
  );

  try {
    await putObject(c, begun, type, {
      body: stream.body,
      signal: abort.signal,
      timeoutMs: null,
    });
    if (!stream.hasEnded) {
      throw new Problem("unavailable", {
        detail: "Storage answered before it had the whole file.",
      });
    }
    return stream.totals();
  } catch (error) {
    throw stream.failure ?? error;
  } finally {
    stream.settle();
  }
}

/** @throws {Problem} `not_found` if the file was deleted during the upload, or another one of Storage's refusals. */
async function putObject(
  c: Context<Env>,
  { file, storage_path }: Begun,
  type: JudgedType,
  request: Pick<StorageRequest, "body" | "signal" | "timeoutMs">,
): Promise<void> {
  const response = await askStorage(
    c,
    `/object/${file.bucket}/${storage_path}`,
    {
      method: "POST",
      headers: { "Content-Type": objectType(type), "x-upsert": "false" },
      ...request,
    },
  );
  if (!response.ok) {
    throw await storageProblem(response, {
      403: "not_found",
      409: "upload_mismatch",
      413: "file_too_large",
      415: "unsupported_media_type",
    });
  }
  await response.body?.cancel();
}

/**
 * The type that Storage keeps, and sends to users of a signed URL. Parameters are possible only for text, whose
 * entry in the bucket's list of allowed types has a wildcard. Storage compares other types literally.
 */
function objectType({ mimeType, parameters }: JudgedType): string {
  return parameters !== null && mimeType.startsWith("text/") &&
      !parameters.includes("/")
    ? `${mimeType}; ${parameters}`
    : mimeType;
}

/** Takes quota for twice `size` if there is enough, else for `size` only. Returns how much it took. */
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

/**
 * Deletes a file whose upload failed. If this fails too, the sweep does it; the client hears of the first failure.
 *
 * @returns `unknown` if the database has no row of the file.
 */
export async function abandon(
  c: Context<Env>,
  file_id: string,
  bucket: string,
  storagePath: string,
): Promise<"known" | "unknown"> {
  const abandoned = await call(c, "abandon_file", { file_id })
    .catch(() => "false");
  if (abandoned === "true") await removeObject(c, bucket, storagePath);
  return abandoned === "" ? "unknown" : "known";
}
