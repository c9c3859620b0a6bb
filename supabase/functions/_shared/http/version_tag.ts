/**
 * Entity tags of conversations: the version of the row, and a digest of the answer that shows it.
 * If-None-Match compares all of a tag; If-Match asks for the version alone, so that the tag of any
 * answer about a conversation serves to change it.
 */
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { Problem } from "../problems/problem.ts";

/**
 * A tag of ours. W/ may stand before it: proxies that compress weaken tags, and the version that
 * If-Match is about is not one of bytes.
 */
const TAG = /"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+"/g;

/** What every version looks like; what a foreign tag decodes to could be no JSON. */
const VERSION = /^[0-9T:.+Z-]+$/;

/** A strong ETag of the JSON text `answer`, which shows a conversation that changed last at `updatedAt`. */
export async function versionTag(
  updatedAt: string | undefined,
  answer: string,
): Promise<string> {
  const encoder = new TextEncoder();
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(answer));
  const version = encoder.encode(updatedAt ?? "");
  return `"${unpadded(version.buffer)}.${unpadded(digest)}"`;
}

/**
 * The versions that an If-Match lets pass; undefined where it lets any pass.
 *
 * @throws {Problem} `precondition_failed` where it names no tag of ours, so that none can match.
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
    // No base64.
    return "";
  }
}

function unpadded(bytes: ArrayBuffer): string {
  return encodeBase64Url(bytes).replace(/=+$/, "");
}
