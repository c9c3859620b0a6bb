/** Conditional and range requests for one representation, by RFC 9110 sections 13 and 14. */

/** What identifies the bytes of a file. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  etag: string;
  lastModified: Date;
}

/** Bytes `first` to `last`, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * What to answer: all of it, a part, nothing new, that it is not what it has to be, or that the
 * range is beyond the end.
 */
export type Selection =
  | { status: 200 }
  | { status: 206; range: ByteRange }
  | { status: 304 }
  | { status: 412 }
  | { status: 416 };

/**
 * Evaluates a GET or HEAD in the order of RFC 9110 section 13.2.2. Unknown units, malformed ranges
 * and multiple ranges are ignored, for the whole file is an answer to each; so is the Range of a
 * HEAD, since only GET has ranges (section 14.2).
 */
export function select(
  { method, headers }: Pick<Request, "method" | "headers">,
  file: Validators,
  size: number,
): Selection {
  if (!isAsExpected(headers, file)) return { status: 412 };
  if (isNotModified(headers, file)) return { status: 304 };
  const header = method === "GET" ? headers.get("Range") : null;
  if (header === null || !rangeApplies(headers.get("If-Range"), file)) {
    return { status: 200 };
  }
  return selectRange(header, size);
}

/**
 * If-Match counts before If-Unmodified-Since. It asks for a strong match; the weak form of a tag of ours
 * is taken for the tag, since gateways that compress weaken it, and our tags name the bytes themselves.
 */
function isAsExpected(headers: Headers, file: Validators): boolean {
  const tags = headers.get("If-Match");
  if (tags !== null) return names(tags, file);
  const since = Date.parse(headers.get("If-Unmodified-Since") ?? "");
  return Number.isNaN(since) || wholeSeconds(file.lastModified) <= since;
}

function isNotModified(headers: Headers, file: Validators): boolean {
  const tags = headers.get("If-None-Match");
  if (tags !== null) return names(tags, file);
  const since = Date.parse(headers.get("If-Modified-Since") ?? "");
  return !Number.isNaN(since) && wholeSeconds(file.lastModified) <= since;
}

/** Whether a list of tags has the file's, weakened or not. */
function names(tags: string, file: Validators): boolean {
  const named: string[] = tags.match(/"[^"]*"/g) ?? [];
  return tags.trim() === "*" || named.includes(file.etag);
}

/** If-Range asks for an exact match, of a date to the second; a tag may be weakened as in If-Match. */
function rangeApplies(ifRange: string | null, file: Validators): boolean {
  if (ifRange === null) return true;
  if (ifRange.includes('"')) {
    return ifRange.trim().replace(/^W\//, "") === file.etag;
  }
  return Date.parse(ifRange) === wholeSeconds(file.lastModified);
}

function selectRange(header: string, size: number): Selection {
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header);
  if (!match || (match[1] === "" && match[2] === "")) return { status: 200 };
  const [, from = "", to = ""] = match;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0
      ? { status: 416 }
      : { status: 206, range: { first: size - length, last: size - 1 } };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return { status: 200 };
  return first >= size
    ? { status: 416 }
    : { status: 206, range: { first, last } };
}

/** HTTP dates have no fractions of a second. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
