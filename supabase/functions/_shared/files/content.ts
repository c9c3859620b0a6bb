/** Finds out what a file is from its first bytes. Its declared type and name only tell kinds of text apart. */
import { fileTypeFromBuffer } from "file-type";
import { Problem } from "../problems/problem.ts";
import type { DeclaredType, Described } from "./declared_type.ts";
import { textType } from "./expected_type.ts";
import { imageTypeOf, isSameImage } from "./image_types.ts";
import { isSerializedBytes } from "./serialized_bytes.ts";
import { looksLikeSvg } from "./svg.ts";
import { extensionOf } from "./text_types.ts";
import { isText, isUnicode } from "./text.ts";

/** How many bytes of a file are checked. An SVG may begin with a long prologue. */
export const SAMPLE_BYTES = 65_536;

/** How many of them decide whether a file is text. file-type asks for as many. */
const TEXT_SAMPLE_BYTES = 4100;

/** A PDF's header may be anywhere in this many bytes (ISO 32000-2, annex I). */
const PDF_HEADER_WITHIN = 1024;

/** The type that a file is stored with, and its parameters. */
export interface JudgedType {
  mimeType: string;
  parameters: string | null;
}

/**
 * Determines the type of a file from its content.
 *
 * @param sample the file's first {@link SAMPLE_BYTES}, or all of a smaller file.
 * @throws {Problem} `type_mismatch` if it is not text, an image or a PDF, or is bytes that were turned into JSON.
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
  if (holdsText && isSerializedBytes(sample, name)) {
    throw new Problem("type_mismatch", {
      detail:
        `"${name}" is binary data that was turned into JSON. Send the bytes as a Blob, File or ArrayBuffer; a ` +
        "Uint8Array or Buffer is not sent as it is by functions.invoke.",
      file: name,
      declared: type.header,
      found: "application/json",
    });
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
    detail: `"${name}" must be text, an image or a PDF, but its content is ${
      found ?? "unknown binary data"
    }.`,
    file: name,
    declared: type.header,
    found: found ?? null,
  });
}

/**
 * Whether the bytes, which could be text in a legacy encoding, are more likely a damaged image or PDF, because
 * the client declares them as one.
 */
function isBrokenBinary(declared: string | null, sample: Uint8Array): boolean {
  return (declared === "application/pdf" ||
    declared?.startsWith("image/") === true) &&
    !isUnicode(sample);
}

/** The type, with the declared parameters if they were declared for this same type. */
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
    // The format needs more bytes than the sample has.
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
  // A text may mention the header too. A PDF of ASCII only is recognised by its name or declared type.
  return at === 0 || (at > 0 && (
    !holdsText || declared === "application/pdf" || extensionOf(name) === "pdf"
  ));
}

/** Whether a text is an SVG. A text that is declared as another kind of text is not. */
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
