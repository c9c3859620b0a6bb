// What names, types and sizes the service accepts.
import { failure } from "./errors.ts";

/** The largest object of any bucket, in bytes: the default of a hosted project and of the CLI. */
const MAX_OBJECT_BYTES = 50 * 1024 * 1024;

/** Object keys are ASCII: letters, digits and the punctuation that S3 calls safe. */
export function requireKey(key: string): void {
  if (!/^[\w/!\-.*'() &$@=;:+,?]+$/.test(key)) throw failure("invalidKey", key);
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
