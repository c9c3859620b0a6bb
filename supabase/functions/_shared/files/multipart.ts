/** Reads the files and fields of a multipart/form-data body (RFC 7578) in order, as a stream. */
import { Problem } from "../problems/problem.ts";
import { type DeclaredType, declaredType } from "./declared_type.ts";
import { chain, type Chunks } from "./chunks.ts";
import { dispositionParameters } from "./disposition_parameters.ts";
import { partFileName } from "./file_name.ts";
import { PartSource } from "./part_source.ts";
import { decoded } from "./transfer_encoding.ts";

/** The most parts that a form may have. */
const MAX_PARTS = 200;

/** The most bytes that a field may have. */
const MAX_FIELD_BYTES = 256 * 1024;

/** A part that is a file. Whatever is not read of its chunks is skipped when the next part is requested. */
export interface FilePart {
  kind: "file";
  /** @throws {Problem} if the headers cannot be parsed, or the name or encoding is not accepted. */
  announce(): { name: string; type: DeclaredType; chunks: Chunks };
}

/** A part that is a field. */
export interface FieldPart {
  kind: "field";
  name: string;
  value: string;
}

/**
 * Reads the parts of a form in order. A file input that was left empty is skipped. A part with malformed headers
 * counts as a file, so that it gets a result and does not vanish.
 *
 * @throws {Problem} `malformed_request` if the body is not a form, ends early or has more than 200 parts.
 */
export async function* partsOf(
  contentType: string,
  body: Chunks,
): AsyncGenerator<FilePart | FieldPart> {
  const source = new PartSource(body, boundaryOf(contentType));
  await source.start();
  for (let count = 0; await source.nextPart(); count++) {
    if (count === MAX_PARTS) {
      throw malformed(`A form may have at most ${MAX_PARTS} parts.`);
    }
    const headers = readHeaders(await source.headers());
    const content = source.content();
    if (isField(headers)) {
      yield await readField(
        headers?.disposition ?? "",
        decoded(headers?.encoding ?? null, content),
      );
    } else if (
      headers === null ||
      dispositionParameters(headers.disposition ?? "").get("filename") !== ""
    ) {
      yield filePart(headers, content);
    } else {
      // A file input that was left empty has neither a name nor content.
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
    throw malformed("The Content-Type of the form has no boundary.");
  }
  return boundary;
}

/** The headers of a part, null where one is absent. */
interface PartHeaders {
  disposition: string | null;
  type: string | null;
  encoding: string | null;
}

/** Null if the headers are malformed. */
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

/** Whether a part is a field: it has no `filename`, and is not declared as application/octet-stream. */
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
        throw malformed("The headers of this part are malformed.");
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
  content: Chunks,
): Promise<FieldPart> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let value = "";
  let size = 0;
  for (let next; !(next = await content.next()).done;) {
    size += next.value.byteLength;
    if (size <= MAX_FIELD_BYTES) {
      value += decoder.decode(next.value, { stream: true });
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
