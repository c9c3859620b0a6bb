/** The files and fields of a multipart/form-data body (RFC 7578), one after the other, streamed. */
import { Problem } from "../_shared/problems/problem.ts";
import { type DeclaredType, declaredType } from "./content_type.ts";
import { chain, type Chunks } from "./chunks.ts";
import { dispositionParameters } from "./disposition_parameters.ts";
import { partFileName } from "./file_name.ts";
import { PartSource } from "./part_source.ts";
import { decoded } from "./transfer_encoding.ts";

/** A form of more parts than this is cut off. */
const MAX_PARTS = 200;

/** The most that a field may have, in bytes. */
const MAX_FIELD_BYTES = 256 * 1024;

/** A part that is meant as a file. Its chunks must be read, or given up, before the next part comes. */
export interface FilePart {
  kind: "file";
  /** @throws {Problem} for a name, an encoding or headers that are refused. */
  announce(): { name: string; type: DeclaredType; chunks: Chunks };
}

/** A field of the form. */
export interface FieldPart {
  kind: "field";
  name: string;
  value: string;
}

/**
 * Reads a form's parts in order. What is left of a part that its reader gave up is skipped. An input that
 * was left empty is no part; a part whose headers are broken is a file, since nothing says that it is not.
 *
 * @throws {Problem} `malformed_request` for a body that is no form, ends early or has more than 200 parts.
 */
export async function* partsOf(
  contentType: string,
  body: Chunks,
): AsyncGenerator<FilePart | FieldPart> {
  const source = new PartSource(body, boundaryOf(contentType));
  await source.start();
  for (let count = 0; await source.nextPart(); count++) {
    if (count === MAX_PARTS) throw malformed("The form has too many parts.");
    const headers = readHeaders(await source.headers());
    const content = source.content();
    if (isField(headers)) {
      yield await readField(headers?.disposition ?? "", content);
    } else if (
      headers === null ||
      dispositionParameters(headers.disposition ?? "").get("filename") !== ""
    ) {
      yield filePart(headers, content);
    } else {
      // An input that was left empty has neither a name nor bytes.
      const first = await content.next();
      if (!first.done) {
        yield filePart(headers, chain(first.value, content));
      }
    }
    for await (const _ of content);
  }
}

function boundaryOf(contentType: string): string {
  const parameters = dispositionParameters(
    contentType.slice(contentType.indexOf(";") + 1),
  );
  const boundary = parameters.get("boundary") ?? "";
  if (
    boundary === "" || boundary.length > 200 || !contentType.includes(";")
  ) {
    throw malformed("The form has no boundary.");
  }
  return boundary;
}

/** The headers of a part that count; null if they are broken. */
interface PartHeaders {
  disposition: string | null;
  type: string | null;
  encoding: string | null;
}

function readHeaders(lines: string[] | null): PartHeaders | null {
  const headers = new Map<string, string>();
  for (const line of lines ?? []) {
    const [, name, value] = /^([^\s:]+)[ \t]*:[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    if (!headers.has(name.toLowerCase())) {
      headers.set(name.toLowerCase(), value.trim());
    }
  }
  const disposition = headers.get("content-disposition") ?? null;
  if (
    lines === null || disposition === null ||
    !/^form-data\s*(;|$)/i.test(disposition)
  ) return null;
  return {
    disposition,
    type: headers.get("content-type") ?? null,
    encoding: headers.get("content-transfer-encoding") ?? null,
  };
}

/** A part without a file's name is a field, unless its type is one that only files have. */
function isField(headers: PartHeaders | null): boolean {
  return headers !== null &&
    !/filename\*?\s*=/i.test(headers.disposition ?? "") &&
    !/^application\/octet-stream\b/i.test(headers.type ?? "");
}

function filePart(headers: PartHeaders | null, content: Chunks): FilePart {
  return {
    kind: "file",
    announce: () => {
      if (headers === null) {
        throw malformed("The part's headers cannot be read.");
      }
      return {
        name: partFileName(headers.disposition ?? ""),
        type: declaredType(headers.type),
        chunks: decoded(headers.encoding, content),
      };
    },
  };
}

async function readField(
  disposition: string,
  content: AsyncIterable<Uint8Array>,
): Promise<FieldPart> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let value = "";
  let size = 0;
  for await (const chunk of content) {
    size += chunk.byteLength;
    if (size <= MAX_FIELD_BYTES) {
      value += decoder.decode(chunk, { stream: true });
    }
  }
  if (size > MAX_FIELD_BYTES) {
    throw malformed("A field of the form is too long.");
  }
  return {
    kind: "field",
    name: dispositionParameters(disposition).get("name") ?? "",
    value: value + decoder.decode(),
  };
}

function malformed(detail: string): Problem {
  return new Problem("malformed_request", { detail });
}
