/** Opaque keyset cursors, and Link headers. */
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { z } from "@hono/zod-openapi";
import { Problem } from "../problems/problem.ts";

/** A time in a cursor, as PostgreSQL writes it. PostgreSQL has no year 0 and no offset of 16 hours or more. */
export const CursorTime = z.iso.datetime({ offset: true })
  .refine((time) =>
    !time.startsWith("0000") && /(Z|[+-](0\d|1[0-5]):\d\d)$/.test(time)
  );

/** The cursor for `position`: its JSON in base64url. Clients must not rely on the format. */
export function encodeCursor(
  position: Record<string, string | number>,
): string {
  return encodeBase64Url(
    new TextEncoder().encode(JSON.stringify(position)).buffer,
  );
}

/**
 * A list as it is sent. The SQL function's answer ends with `"last"`: the position of its last row, or null on
 * the last page. This replaces it with the cursor for that position, and keeps the rest of the text as it is.
 */
export function withNextCursor(answer: string): string {
  return answer.replace(/"last":(null|\{[^{}]*\})\}$/, (_, last: string) => {
    const cursor = last === "null" ? null : encodeCursor(JSON.parse(last));
    return `"next_cursor":${JSON.stringify(cursor)}}`;
  });
}

/**
 * The position that a cursor encodes.
 *
 * @throws {Problem} `invalid_cursor` for anything that {@link encodeCursor} cannot have made for this `schema`.
 * Restarting the list silently would be worse.
 */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  try {
    const json = new TextDecoder("utf-8", { fatal: true }).decode(
      decodeBase64Url(cursor),
    );
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new Problem("invalid_cursor", { cause });
  }
}

/**
 * The value of a Link header (RFC 8288). Its targets are queries, which clients resolve against the URL that they
 * requested. Null if there are no links.
 */
export function linkHeader(
  links: Record<string, Record<string, number> | null>,
): string | null {
  const parts = Object.entries(links).flatMap(([rel, query]) => {
    if (query === null) return [];
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]) => [key, String(value)]),
    );
    return [`<?${search}>; rel="${rel}"`];
  });
  return parts.length === 0 ? null : parts.join(", ");
}
