/** The declared type of a file, and whether its first bytes contradict it. */
import { fileTypeFromBuffer } from "file-type";
import { Problem } from "../_shared/problems/problem.ts";
import { areParameters } from "../_shared/wire/media_type_parameters.ts";

/** How many bytes a verdict needs: what file-type asks for. */
export const SAMPLE_BYTES = 4100;

/** Names of one and the same format: as declared, then as file-type calls it. */
const SAME_FORMAT: Record<string, string> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "image/vnd.microsoft.icon": "image/x-icon",
  "image/x-ms-bmp": "image/bmp",
};

/** Formats that are text, whatever else file-type recognizes in them. */
const TEXT_FORMATS = [
  "application/xml",
  "text/vcard",
  "text/calendar",
  "application/rtf",
];

/** UTF-16 and UTF-32 text begins with one of these, and has NUL bytes. */
const WIDE_BYTE_ORDER_MARKS = [[0xff, 0xfe], [0xfe, 0xff], [
  0x00,
  0x00,
  0xfe,
  0xff,
]];

/** A media type without its parameters, in lower case, and the parameters as they were. */
export interface DeclaredType {
  essence: string;
  parameters: string | null;
}

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const MAX_LENGTH = 1000;

/**
 * Parses a Content-Type.
 *
 * @throws {Problem} `unsupported_media_type` where there is none or it is malformed.
 */
export function parseContentType(header: string | undefined): DeclaredType {
  const value = (header ?? "").replaceAll("\t", " ").trim();
  const end = value.indexOf(";");
  const essence = (end < 0 ? value : value.slice(0, end)).trimEnd();
  const parameters = end < 0 ? "" : value.slice(end);
  if (
    (header ?? "").length > MAX_LENGTH || !MEDIA_TYPE.test(essence) ||
    !areParameters(parameters)
  ) {
    throw new Problem("unsupported_media_type", {
      detail: "Declare the file's type in Content-Type.",
    });
  }
  return {
    essence: essence.toLowerCase(),
    parameters: parameters.slice(1).trim() || null,
  };
}

/**
 * Refuses content that is not what it is declared as.
 *
 * @param sample the file's first bytes: {@link SAMPLE_BYTES}, or all of a smaller file.
 * @throws {Problem} `type_mismatch`: an image or PDF must be recognized as what it claims to be,
 * and text must not be recognized as anything binary.
 */
export async function refuseContradiction(
  declared: string,
  sample: Uint8Array,
): Promise<void> {
  const found = (await fileTypeFromBuffer(sample))?.mime;
  const holdsText = !hasNul(sample) &&
    (found === undefined || TEXT_FORMATS.includes(found) ||
      found.startsWith("text/") || onlySoundsBinary(sample));
  const matches = isText(declared)
    ? holdsText
    : declared === "image/svg+xml"
    ? holdsText && looksLikeSvg(sample)
    : found === (SAME_FORMAT[declared] ?? declared);
  if (!matches) {
    throw new Problem("type_mismatch", {
      detail: `The content is not ${declared}.`,
      declared,
      found: found ?? null,
    });
  }
}

function isText(type: string): boolean {
  return type.startsWith("text/") || type === "application/json";
}

function hasNul(sample: Uint8Array): boolean {
  const isWide = WIDE_BYTE_ORDER_MARKS.some((mark) =>
    mark.every((b, i) => sample[i] === b)
  );
  return !isWide && sample.includes(0);
}

/**
 * Whether a format was recognized by letters with which a text may begin as well: `BM` is a BMP to
 * file-type, `MZ` a program, `solid ` a model. Those formats go on with bytes that no text has.
 */
function onlySoundsBinary(sample: Uint8Array): boolean {
  return !sample.some(isBinaryByte) &&
    !/^(%PDF-|GIF8[79]a)/.test(
      new TextDecoder("latin1").decode(sample.subarray(0, 6)),
    );
}

/** A "binary data byte" of the MIME Sniffing standard, or DEL. */
function isBinaryByte(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) ||
    (byte >= 0x1c && byte <= 0x1f) || byte === 0x7f;
}

function looksLikeSvg(sample: Uint8Array): boolean {
  return /<svg[\s>]/i.test(new TextDecoder().decode(sample));
}
