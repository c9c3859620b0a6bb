/** The files of a multipart/form-data body, one after the other, streamed. */
// @ts-types="npm:@types/busboy@1.5.4"
import busboy from "busboy";
import { Readable } from "node:stream";
import { Problem } from "../_shared/problems/problem.ts";
import { type DeclaredType, parseContentType } from "./content_type.ts";
import type { Chunks } from "./counted_stream.ts";
import { cleanFileName } from "./file_name.ts";
import { MAX_FILES } from "./schemas.ts";

/** A file of a form. Its chunks must be read, or given up, before the next file comes. */
export interface FilePart {
  /** @throws {Problem} for a name or type that is refused. */
  announce(): { name: string; type: DeclaredType };
  chunks: Chunks;
}

/**
 * Reads a form's files in order. What is left of a file that its reader gave up is skipped.
 *
 * @throws {Problem} `malformed_request` for a body that is no form, ends early, has no file or
 * more than {@link MAX_FILES}.
 */
export async function* filesOf(request: Request): AsyncGenerator<FilePart> {
  const form = openForm(request);
  const parts = new Queue<{ file: Readable; info: busboy.FileInfo }>();
  form.on("file", (_field, file, info) => {
    // A form that breaks off ends its file with an error, whether or not anybody reads it yet.
    file.on("error", () => {});
    parts.push({ file, info });
  });
  form.on(
    "filesLimit",
    () => parts.fail(malformed(`At most ${MAX_FILES} files.`)),
  );
  form.on(
    "error",
    (cause: Error) => parts.fail(malformed("The form is broken.", cause)),
  );
  form.on("close", () => parts.end());

  const source = Readable.from(request.body ?? [], { objectMode: false });
  source.on("error", (cause: Error) => form.destroy(cause));
  source.pipe(form);

  let count = 0;
  for await (const { file, info } of parts) {
    count++;
    // Kept alive when its reader stops, since the form cannot go on before the part is read.
    const chunks = file.iterator({ destroyOnReturn: false });
    yield {
      announce: () => ({
        name: cleanFileName(unescapeName(info.filename ?? "")),
        type: parseContentType(info.mimeType),
      }),
      chunks,
    };
    await chunks.return?.();
    file.resume();
  }
  if (count === 0) throw malformed("The form has no file.");
}

function openForm(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: { "content-type": request.headers.get("Content-Type") ?? "" },
      defParamCharset: "utf8",
      preservePath: true,
      limits: {
        files: MAX_FILES,
        fields: 100,
        parts: 200,
        fieldSize: 64 * 1024,
        headerPairs: 20,
      },
    });
  } catch (cause) {
    throw malformed("The form has no boundary.", cause);
  }
}

/** Browsers and curl escape these three, and no others, in the names of a form (WHATWG HTML). */
const ESCAPES: Record<string, string> = {
  "%22": '"',
  "%0D": "\r",
  "%0A": "\n",
};

function unescapeName(name: string): string {
  return name.replace(/%22|%0D|%0A/g, (escape) => ESCAPES[escape] ?? escape);
}

function malformed(detail: string, cause?: unknown): Problem {
  return new Problem("malformed_request", { detail, cause });
}

/** Hands events to an async reader, in order; a failure comes after what was before it. */
class Queue<T> {
  #items: T[] = [];
  #ended = false;
  #failure: unknown = null;
  #wake: () => void = () => {};

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }
  end(): void {
    this.#ended = true;
    this.#wake();
  }
  fail(error: unknown): void {
    this.#failure ??= error;
    this.end();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#failure !== null) throw this.#failure;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
