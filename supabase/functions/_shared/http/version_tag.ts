/**
 * Entity tags of conversations. A tag combines the version of the conversation with a digest of the answer.
 * If-None-Match compares the whole tag. If-Match compares only the version, so the tag of any answer about a
 * conversation can be used to change it.
 */
import { createHash } from "node:crypto";
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { Problem } from "../problems/problem.ts";
import type { Bytes } from "./bytes.ts";

/**
 * A tag made by {@link versionTag}. `W/` may precede it: proxies that compress responses weaken tags, but the
 * version that If-Match compares does not depend on bytes.
 */
const TAG = /"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+"/g;

/** The format of a version. A tag from elsewhere may decode to anything. */
const VERSION = /^[0-9T:.+Z-]+$/;

/** A strong ETag for the bytes of `answer`, about a conversation that last changed at `updatedAt`. */
export function versionTag(
  updatedAt: string | undefined,
  answer: Bytes,
): string {
  // crypto.subtle would copy the answer, and take a thread of its own for the shortest one.
  const digest = createHash("sha256").update(answer).digest("base64url");
  const version = new TextEncoder().encode(updatedAt ?? "");
  return `"${unpadded(version.buffer)}.${digest}"`;
}

/**
 * The versions that an If-Match header allows; undefined if it allows any.
 *
 * @throws {Problem} `precondition_failed` if it has none of our tags, so that nothing can match.
 */
export function matchedVersions(
  ifMatch: string | undefined,
): string[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const versions = [...ifMatch.matchAll(TAG)]
    .map(([, encoded]) => versionOf(encoded ?? ""))
    .filter((version) => VERSION.test(version));
  if (versions.length === 0) throw new Problem("precondition_failed");
  return versions;
}

function versionOf(encoded: string): string {
  try {
    return new TextDecoder().decode(decodeBase64Url(encoded));
  } catch {
    // Not base64url.
    return "";
  }
}

function unpadded(bytes: ArrayBuffer): string {
  return encodeBase64Url(bytes).replace(/=+$/, "");
}
