// An upload, in the real service's order: limits, then the policies, then the bytes, then the row.
import type { Sql } from "../sql.ts";
import type { Place, Stored } from "./bytes.ts";
import { type Incoming, readBody } from "./body.ts";
import { service } from "./caller.ts";
import type { Deps } from "./context.ts";
import { failure, StorageError } from "./errors.ts";
import { requireKey, requireMimeType, sizeLimit } from "./limits.ts";
import {
  findBucket,
  findForUpdate,
  insertObject,
  lockKey,
  type ObjectMetadata,
  type ObjectRow,
  upsertObject,
} from "./rows.ts";
import type { UploadTarget } from "./target.ts";

/** Stores a request's body as an object. Answers its row; on failure neither row nor bytes remain. */
export async function upload(
  deps: Deps,
  request: Request,
  target: UploadTarget,
): Promise<ObjectRow> {
  requireKey(target.key);
  const incoming = await readBody(request);
  try {
    const limit = await limitOf(deps, request, target, incoming);
    await mayUpload(deps, target, incoming.userMetadata, {
      mimetype: incoming.mimeType,
      contentLength: incoming.declaredLength,
    });
    const version = crypto.randomUUID();
    const stored = await deps.bytes.write(
      { ...target, version },
      incoming.bytes,
      limit,
    );
    return await complete(deps, request, target, version, stored, incoming);
  } catch (error) {
    await incoming.drain();
    throw error;
  }
}

async function limitOf(
  deps: Deps,
  request: Request,
  target: UploadTarget,
  incoming: Incoming,
) {
  const bucket = await deps.db.as(
    service(request),
    target.operation,
    (sql) => findBucket(sql, target.bucket),
  );
  const limit = sizeLimit(bucket.file_size_limit);
  requireMimeType(incoming.mimeType, bucket.allowed_mime_types);
  const { declaredLength, isForm } = incoming;
  if (!isForm && (declaredLength ?? 0) > limit) {
    throw failure("tooLarge", "object");
  }
  // As the real service, which looks at Content-Length alone (fileUploadFromRequest in uploader.ts): a raw
  // body without it is held to no limit.
  return isForm || declaredLength !== undefined ? limit : Infinity;
}

/**
 * Asks the policies by writing the row under the caller and rolling back. A plain upload needs an
 * insert policy; an upsert needs insert, update and select.
 */
export function mayUpload(
  { db }: Deps,
  target: UploadTarget,
  userMetadata: Record<string, unknown> | undefined,
  metadata: Partial<ObjectMetadata>,
): Promise<void> {
  const write = target.upsert ? upsertObject : insertObject;
  return db.rehearse(
    target.caller,
    target.operation,
    (sql) => write(sql, { ...target, version: "1", metadata, userMetadata }),
  );
}

/**
 * Writes the row of bytes that are in place. Without `upsert`, only one of two uploads of a key
 * succeeds; with it, the bytes of the version before are removed once the row is committed.
 */
export async function complete(
  deps: Deps,
  request: Request,
  target: UploadTarget,
  version: string,
  stored: Stored,
  declared: Pick<Incoming, "mimeType" | "cacheControl" | "userMetadata">,
): Promise<ObjectRow> {
  const place = { bucket: target.bucket, key: target.key, version };
  const replaced = new Set<string>();
  const row = await writeRow(
    deps,
    request,
    target.operation,
    place,
    async (sql) => {
      const previous = await findForUpdate(sql, target.bucket, target.key);
      if (previous && previous.version !== version) {
        if (!target.upsert) throw failure("duplicate");
        replaced.add(previous.version);
      }
      return await upsertObject(sql, {
        ...target,
        version,
        userMetadata: declared.userMetadata ?? {},
        metadata: metadataOf(stored, declared),
      });
    },
  );
  for (const version of replaced) {
    await deps.bytes.remove({ ...place, version });
  }
  return row;
}

/**
 * Writes the row of the bytes at `place`, as the service. If that fails, the bytes are removed. A lost connection leaves
 * open whether the row was committed, so the next transaction that locks the key looks. If none can, the bytes stay, and
 * the cleaner removes them at the next start unless there is a row.
 */
export async function writeRow(
  { db, bytes }: Deps,
  request: Request,
  operation: string,
  place: Place,
  write: (sql: Sql) => Promise<ObjectRow>,
): Promise<ObjectRow> {
  const { bucket, key, version } = place;
  const locked = <T>(work: (sql: Sql) => Promise<T>) =>
    db.as(service(request), operation, async (sql) => {
      await lockKey(sql, bucket, key);
      return await work(sql);
    });
  // Connections often end together, so that of the first to look may be lost as well.
  const find = (attempts: number): Promise<ObjectRow | undefined> =>
    locked((sql) => findForUpdate(sql, bucket, key)).catch((error) => {
      if (attempts > 1 && error.code === 500) return find(attempts - 1);
      throw error;
    });
  try {
    return await locked(write);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code > 500) throw error;
    if (error.code === 500) {
      const row = await find(3).catch(() => Promise.reject(error));
      if (row?.version === version) return row;
    }
    await bytes.remove(place);
    throw error;
  }
}

function metadataOf(
  stored: Stored,
  declared: { mimeType: string; cacheControl: string },
): ObjectMetadata {
  return {
    eTag: stored.eTag,
    size: stored.size,
    mimetype: declared.mimeType,
    cacheControl: declared.cacheControl,
    lastModified: stored.lastModified.toISOString(),
    contentLength: stored.size,
    httpStatusCode: 200,
  };
}
