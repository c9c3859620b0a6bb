/** Reads the name of a file from headers. It is stored in the file's row, and is never part of an object's key. */
import { Problem } from "../problems/problem.ts";
import { dispositionParameters } from "./disposition_parameters.ts";

const MAX_CHARACTERS = 255;

/** The name of a file that is sent without one. */
const UNNAMED = "unnamed";

/** Bidirectional controls, which can make `gpj.exe` look like `exe.jpg`. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * The name of a raw body: from Content-Disposition (RFC 6266, RFC 8187), or else from X-File-Name (percent-encoded
 * UTF-8), or else `unnamed`.
 *
 * @throws {Problem} `validation_failed`
 */
export function fileNameFrom(headers: Headers): string {
  const name = dispositionName(headers.get("Content-Disposition") ?? "") ??
    percentDecoded(headers.get("X-File-Name"));
  return name === null ? UNNAMED : cleanFileName(name);
}

/** The only characters that browsers and curl escape in the file names of a form (WHATWG HTML). */
const ESCAPES: Record<string, string> = {
  "%22": '"',
  "%0D": "\r",
  "%0A": "\n",
};

/**
 * The file name of a form's part, or `unnamed`.
 *
 * @throws {Problem} `validation_failed`
 */
export function partFileName(disposition: string): string {
  const name = dispositionName(disposition)
    ?.replace(/%22|%0D|%0A/g, (escape) => ESCAPES[escape] ?? escape) ?? "";
  return name === "" ? UNNAMED : cleanFileName(name);
}

/**
 * A valid file name: the last segment of the path, as RFC 6266 section 4.3 recommends.
 *
 * @throws {Problem} `validation_failed` if it is empty, too long or not valid Unicode, or if it contains control
 * characters or overrides of text direction.
 */
export function cleanFileName(name: string): string {
  const segment = name.split(/[/\\]/).at(-1) ?? "";
  if (segment.trim() === "" || segment === "." || segment === "..") {
    refuse("Must be a file name.");
  }
  if ([...segment].length > MAX_CHARACTERS) {
    refuse(`Must be 1 to ${MAX_CHARACTERS} characters.`);
  }
  if (
    !segment.isWellFormed() || /\p{Cc}/u.test(segment) ||
    DIRECTION_CONTROLS.test(segment)
  ) {
    refuse(
      "Must not contain control characters or overrides of text direction.",
    );
  }
  return segment;
}

/** The value of `filename*` if it can be decoded, else that of `filename`; null without either. */
function dispositionName(header: string): string | null {
  const parameters = dispositionParameters(header);
  const plain = parameters.get("filename");
  const extended = parameters.get("filename*");
  const [, charset, encoded] =
    /^(utf-8|iso-8859-1)'[^']*'(.+)$/i.exec(extended ?? "") ?? [];
  if (encoded !== undefined && charset?.toLowerCase() === "utf-8") {
    return percentDecoded(encoded);
  }
  if (plain !== undefined) return headerText(plain);
  return encoded === undefined ? null : encoded.replace(
    /%([0-9a-f]{2})/gi,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
}

function percentDecoded(value: string | null): string | null {
  if (value === null) return null;
  try {
    return decodeURIComponent(headerText(value));
  } catch {
    refuse("Must be percent-encoded UTF-8.");
  }
}

/**
 * Decodes UTF-8 in a header value. A header arrives with one character for each byte, so the name of a client that
 * sends raw UTF-8 has to be decoded. A value that cannot be such bytes is returned as it is.
 */
function headerText(value: string): string {
  if (/[^\0-\xff]/.test(value)) return value;
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}

function refuse(detail: string): never {
  throw new Problem("validation_failed", {
    detail: `\`original_name\` ${detail.replace(/^M/, "m")}`,
    errors: [{ pointer: "/original_name", detail }],
  });
}
