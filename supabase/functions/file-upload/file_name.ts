/** The display name of a file: kept in its row, never part of a key. */
import { Problem } from "../_shared/problems/problem.ts";

const MAX_CHARACTERS = 255;

/** For a body that comes without a name. */
const UNNAMED = "unnamed";

/** Embeddings, overrides and isolates, with which `exe.jpg` can be made of `gpj.exe`. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * The name in a Content-Disposition (RFC 6266, RFC 8187) or else in X-File-Name (percent-encoded
 * UTF-8), cleaned by {@link cleanFileName}; `unnamed` where there is neither.
 *
 * @throws {Problem} `validation_failed`
 */
export function fileNameFrom(headers: Headers): string {
  const name = dispositionName(headers.get("Content-Disposition") ?? "") ??
    percentDecoded(headers.get("X-File-Name"));
  return name === null ? UNNAMED : cleanFileName(name);
}

/**
 * The last segment of a path, as RFC 6266 section 4.3 asks.
 *
 * @throws {Problem} `validation_failed` for a name that is empty or too long, is not Unicode text,
 * or holds control characters or overrides of text direction.
 */
export function cleanFileName(name: string): string {
  const segment = (name.split(/[/\\]/).at(-1) ?? "").trim();
  if (segment === "" || segment === "." || segment === "..") {
    refuse("Is not a file's name.");
  }
  if ([...segment].length > MAX_CHARACTERS) {
    refuse(`Must be 1 to ${MAX_CHARACTERS} characters.`);
  }
  if (
    !segment.isWellFormed() || /\p{Cc}/u.test(segment) ||
    DIRECTION_CONTROLS.test(segment)
  ) {
    refuse("Must hold no control characters or overrides of text direction.");
  }
  return segment;
}

/** A parameter of a Content-Disposition: its name, and its value as a quoted string or a token. */
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]+))/g;

function dispositionName(header: string): string | null {
  let plain: string | null = null;
  for (const [, key, quoted, token] of `;${header}`.matchAll(PARAMETER)) {
    if (key?.toLowerCase() === "filename*") {
      const extended = /^utf-8'[^']*'(.+)$/i.exec(token ?? "")?.[1];
      if (extended !== undefined) return percentDecoded(extended);
    } else if (key?.toLowerCase() === "filename") {
      plain ??= latin1AsUtf8(quoted?.replace(/\\(.)/g, "$1") ?? token ?? "");
    }
  }
  return plain;
}

function percentDecoded(value: string | null): string | null {
  if (value === null) return null;
  try {
    return decodeURIComponent(latin1AsUtf8(value));
  } catch {
    refuse("Must be percent-encoded UTF-8.");
  }
}

/** Header bytes reach us one character each: clients that send raw UTF-8 are understood too. */
function latin1AsUtf8(value: string): string {
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}

function refuse(detail: string): never {
  throw new Problem("validation_failed", {
    detail: `original_name: ${detail}`,
    errors: [{ pointer: "/original_name", detail }],
  });
}
