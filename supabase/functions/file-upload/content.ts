/** What a file is, by its first bytes. The declared type and the name only tell kinds of text apart. */
import { fileTypeFromBuffer } from "file-type";
import { Problem } from "../_shared/problems/problem.ts";
import type { DeclaredType } from "./content_type.ts";
import { imageTypeOf, isSameImage } from "./image_types.ts";
import { looksLikeSvg } from "./svg.ts";
import { extensionOf, textTypeOf } from "./text_types.ts";
import { isText, isUnicode } from "./text.ts";

/** How many bytes a verdict looks at: an SVG may have a long prologue. */
export const SAMPLE_BYTES = 65_536;

/** How many bytes tell whether a file is text: what file-type asks for. */
const TEXT_SAMPLE_BYTES = 4100;

/** A PDF's header may stand anywhere in its first bytes (ISO 32000-2, annex I). */
const PDF_HEADER_WITHIN = 1024;

/** What is known of a file before its bytes. */
export interface Described {
  bucket: string;
  name: string;
  type: DeclaredType;
}

/** The type that a file is stored with. */
export interface JudgedType {
  mimeType: string;
  parameters: string | null;
}

/**
 * The type of a file by its content.
 *
 * @param sample the file's first {@link SAMPLE_BYTES}, or all of a smaller file.
 * @throws {Problem} `type_mismatch` for what is neither text, an image nor a PDF.
 */
export async function judgeContent(
  { bucket, name, type }: Described,
  sample: Uint8Array,
): Promise<JudgedType> {
  const found = await recognized(sample);
  const holdsText = isText(sample.subarray(0, TEXT_SAMPLE_BYTES), found);
  if (isPdf(sample, holdsText, name, type.essence)) {
    return kept(type, "application/pdf");
  }
  if (holdsText && !isBrokenBinary(type.essence, sample)) {
    return isSvg(sample, name, type.essence)
      ? kept(type, "image/svg+xml")
      : { mimeType: textType(bucket, name, type), parameters: type.parameters };
  }
  const image = imageTypeOf(sample, found);
  if (image !== null) {
    return isSameImage(type.essence, image)
      ? kept(type, type.essence)
      : kept(type, image);
  }
  throw new Problem("type_mismatch", {
    detail: `"${name}" is ${found ?? "binary"}, not text, an image or a PDF.`,
    file: name,
    declared: type.header,
    found: found ?? null,
  });
}

/**
 * Whether bytes that could be text in some old encoding are rather what is left of the image or PDF that
 * they are declared as.
 */
function isBrokenBinary(declared: string | null, sample: Uint8Array): boolean {
  return (declared === "application/pdf" ||
    declared?.startsWith("image/") === true) &&
    !isUnicode(sample);
}

/** The type, with the parameters that were declared for it and no other. */
function kept(type: DeclaredType, mimeType: string): JudgedType {
  return {
    mimeType,
    parameters: type.essence === mimeType ? type.parameters : null,
  };
}

async function recognized(sample: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(sample))?.mime;
  } catch {
    // A format that goes on behind the sample.
    return undefined;
  }
}

function isPdf(
  sample: Uint8Array,
  holdsText: boolean,
  name: string,
  declared: string | null,
): boolean {
  const head = new TextDecoder("latin1").decode(
    sample.subarray(0, PDF_HEADER_WITHIN + 5),
  );
  const at = head.indexOf("%PDF-");
  // A text may well mention the header; a PDF of ASCII alone is told by what it is called.
  return at === 0 || (at > 0 && (
    !holdsText || declared === "application/pdf" || extensionOf(name) === "pdf"
  ));
}

/** A text with an svg element, unless it is declared as another text. */
function isSvg(
  sample: Uint8Array,
  name: string,
  declared: string | null,
): boolean {
  const isCalledSvg = declared === "image/svg+xml" ||
    extensionOf(name) === "svg";
  return (isCalledSvg || !declared?.startsWith("text/")) &&
    looksLikeSvg(sample, isCalledSvg && sample.length >= SAMPLE_BYTES);
}

function textType(
  bucket: string,
  name: string,
  { essence }: DeclaredType,
): string {
  if (essence?.startsWith("text/")) return essence;
  const expected = essence === "application/json"
    ? "text/json"
    : textTypeOf(name) ?? "text/plain";
  return expected === "text/json" && bucket === "generated-files"
    ? "application/json"
    : expected;
}

/** Types that no text, image or PDF is ever sent as, unless its name says otherwise. */
const NEVER_OURS =
  /^(audio|video|font|model)\/|^application\/(zip|gzip|x-(7z-compressed|tar|bzip2?|rar.*|gzip|zip.*|executable|msdownload)|vnd\.rar|java-archive|wasm)$/;

/**
 * The type that a reservation's upload is sent with, before there are bytes to judge.
 *
 * @throws {Problem} `unsupported_media_type` for a type that cannot become one of ours.
 */
export function expectedType(
  { bucket, name, type }: Described,
): string {
  const { essence } = type;
  if (essence === null) return textType(bucket, name, type);
  if (essence === "application/pdf" || essence.startsWith("image/")) {
    return essence;
  }
  if (NEVER_OURS.test(essence) && textTypeOf(name) === undefined) {
    throw new Problem("unsupported_media_type", {
      detail: "Only text, images and PDFs are stored.",
    });
  }
  if (extensionOf(name) === "pdf") return "application/pdf";
  return textType(bucket, name, type);
}
