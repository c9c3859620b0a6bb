// What names, types and sizes the service accepts.
import { failure } from "./errors.ts";

/** The largest object of any bucket, in bytes: the default of a hosted project and of the CLI. */
export const MAX_OBJECT_BYTES = 50 * 1024 * 1024;

/** The largest custom metadata, in bytes of JSON. */
export const MAX_USER_METADATA_BYTES = 1024 * 1024;

/** Object keys are ASCII: letters, digits and the punctuation that S3 calls safe. */
export function requireKey(key: string): void {
  if (!/^[\w/!\-.*'() &$@=;:+,?]+$/.test(key)) throw failure("invalidKey", key);
}

export function requireBucketName(name: string): void {
  if (name.length > 100 || !/^[\w!\-.*'() &$@=;:+,?]+$/.test(name)) {
    throw failure("invalidBucketName");
  }
}

/** Studio's marker of an empty folder: always allowed, always empty. */
export function isFolderPlaceholder(key: string): boolean {
  return key.endsWith(".emptyFolderPlaceholder");
}

/**
 * Compares as strings, as the real service does: `image/*` allows every subtype, and
 * `text/plain;charset=UTF-8` is not `text/plain`.
 */
export function requireMimeType(type: string, allowed: string[] | null): void {
  if (!allowed?.length) return;
  const [main, sub] = type.split("/");
  const fits = allowed.some((entry) => {
    const [allowedMain, allowedSub] = entry.split("/");
    return main === allowedMain && sub !== undefined &&
      (allowedSub === "*" || allowedSub === sub);
  });
  if (!fits) throw failure("mimeType", type);
}

/** The limit of one bucket: its own, or the global one where that is lower. */
export function sizeLimit(bucketLimit: number | null): number {
  return Math.min(bucketLimit ?? MAX_OBJECT_BYTES, MAX_OBJECT_BYTES);
}

/** `"20MB"` or a number of bytes; null is no limit. */
export function parseSizeLimit(limit: string | number | null): number | null {
  if (limit === null) return null;
  const bytes = typeof limit === "number" ? limit : parseUnits(limit);
  if (bytes > MAX_OBJECT_BYTES) throw failure("tooLarge", "object");
  return bytes;
}

function parseUnits(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(gb|mb|kb|b)$/i.exec(text);
  if (!match?.[1] || !match[2]) throw failure("invalidFileSizeLimit");
  const unit = { gb: 1e9, mb: 1e6, kb: 1e3, b: 1 }[match[2].toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}
