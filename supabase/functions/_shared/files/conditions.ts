/** Evaluates conditional and range requests by RFC 9110, sections 13 and 14. */

/** Identifies the bytes of a file. */
export interface Validators {
  /** A strong entity tag, with its quotes. */
  etag: string;
  lastModified: Date;
}

/** The bytes from `first` to `last` inclusive. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * How to respond: with the whole file, with a range, that it has not changed, that a precondition failed, or that the
 * range is past the end.
 */
export type Selection =
  | { status: 200 }
  | { status: 206; range: ByteRange }
  | { status: 304 }
  | { status: 412 }
  | { status: 416 };

/**
 * Evaluates a GET or HEAD in the order of RFC 9110, section 13.2.2. Unknown units, malformed ranges and multiple ranges
 * are ignored, and the whole file is sent. The Range of a HEAD is ignored too, since only GET has ranges (section 14.2).
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
 * If-Match takes precedence over If-Unmodified-Since. The RFC requires a strong comparison, but the weak form of our
 * own tag is accepted: gateways that compress weaken tags, and a tag of ours identifies the bytes themselves.
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

/** Whether a list of tags contains the file's tag, weak or strong. */
function names(tags: string, file: Validators): boolean {
  const named: string[] = tags.match(/"[^"]*"/g) ?? [];
  return tags.trim() === "*" || named.includes(file.etag);
}

/** If-Range requires the exact tag, which may be weak as in If-Match, or the exact date in seconds. */
function rangeApplies(ifRange: string | null, file: Validators): boolean {
  if (ifRange === null) return true;
  if (ifRange.includes('"')) {
    return ifRange.trim().replace(/^W\//, "") === file.etag;
  }
  return Date.parse(ifRange) === wholeSeconds(file.lastModified);
}

function selectRange(header: string, size: number): Selection {
  // White space can match in one way only, so that a long run of it takes linear time.
  const match = /^bytes\s*=\s*(?:(\d+)\s*)?-\s*(?:(\d+)\s*)?$/i.exec(header);
  const [, from = "", to = ""] = match ?? [];
  if (from === "" && to === "") return { status: 200 };
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

/** The time as an HTTP date has it, without fractions of a second. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
