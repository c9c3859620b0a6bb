/** The display name of a file: kept in its row, never part of a key. */
import { Problem } from "../_shared/problems/problem.ts";
import { dispositionParameters } from "./disposition_parameters.ts";

const MAX_CHARACTERS = 255;

/** For a body that comes without a name. */
const UNNAMED = "unnamed";

/** Embeddings, overrides and isolates, with which `exe.jpg` can be made of `gpj.exe`. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * The name in a Content-Disposition (RFC 6266, RFC 8187) or else in X-File-Name (percent-encoded
 * UTF-8), cleaned by {@link cleanFileName}; `unnamed` if there is neither.
 *
 * @throws {Problem} `validation_failed`
 */
export function fileNameFrom(headers: Headers): string {
  const name = dispositionName(headers.get("Content-Disposition") ?? "") ??
    percentDecoded(headers.get("X-File-Name"));
  return name === null ? UNNAMED : cleanFileName(name);
}

/** Browsers and curl escape these three, and no others, in the names of a form (WHATWG HTML). */
const ESCAPES: Record<string, string> = {
  "%22": '"',
  "%0D": "\r",
  "%0A": "\n",
};

/**
 * The name of a form's part; `unnamed` if it has none.
 *
 * @throws {Problem} `validation_failed`
 */
export function partFileName(disposition: string): string {
  const name = dispositionName(disposition)
    ?.replace(/%22|%0D|%0A/g, (escape) => ESCAPES[escape] ?? escape) ?? "";
  return name === "" ? UNNAMED : cleanFileName(name);
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

/** `filename*` if it can be read, else `filename`; null if there is neither. */
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
 * Header bytes reach us one character each: clients that send raw UTF-8 are understood too. What is
 * decoded already is left as it is.
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
    detail: `original_name: ${detail}`,
    errors: [{ pointer: "/original_name", detail }],
  });
}
