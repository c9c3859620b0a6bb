/** Chooses the type of a file by what the client says about it: of a text, and of a file that is yet to come. */
import { Problem } from "../problems/problem.ts";
import type { DeclaredType, Described } from "./declared_type.ts";
import { extensionOf, textTypeOf } from "./text_types.ts";

/**
 * The declared type if it is text/*. One of the vendor or personal tree gives way to the type of the extension: tables
 * of operating systems know one type for an extension that several formats share, such as
 * text/vnd.trolltech.linguist for `.ts`.
 */
export function textType(
  bucket: string,
  name: string,
  { essence }: DeclaredType,
): string {
  const byName = textTypeOf(name);
  if (essence?.startsWith("text/")) {
    return /^text\/(vnd|prs)\./.test(essence) ? byName ?? essence : essence;
  }
  const expected = essence === "application/json"
    ? "text/json"
    : byName ?? "text/plain";
  return expected === "text/json" && bucket === "generated-files"
    ? "application/json"
    : expected;
}

/**
 * Types of files that are binary for certain. A type is missing here if some system declares it for a text, since a
 * type comes from the extension: `audio/x-mod` and `video/mpeg` for go.mod, `video/vnd.nokia.interleaved-multimedia`
 * for Nim, `model/obj`, `audio/x-mpegurl`.
 */
const NEVER_OURS =
  /^(video\/(mp4|webm|quicktime|x-msvideo|x-matroska|ogg|3gpp)|audio\/(mpeg|mp4|aac|(x-)?(flac|m4a|wav)|ogg|webm|midi)|font\/(woff2?|ttf|otf|collection)|application\/(zip|gzip|x-(7z-compressed|tar|bzip2?|rar.*|gzip|zip.*|executable|msdownload)|vnd\.rar|java-archive|wasm))$/;

/**
 * The type that a reserved file is expected to have, before there is any content to check.
 *
 * @throws {Problem} `unsupported_media_type` if a file of the declared type cannot be text, an image or a PDF.
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
      detail: "Only text, images and PDFs can be stored.",
    });
  }
  if (extensionOf(name) === "pdf") return "application/pdf";
  return textType(bucket, name, type);
}
