/** A whole conversation as a stream of lines. */
import { ContinuumError } from "./error.ts";
import { ofType } from "./failure.ts";
import type { Http } from "./http.ts";
import { linesOf } from "./lines.ts";
import type { CallOptions, ExportLine } from "./types.ts";

/**
 * An export: `for await (const line of conversation.export())`, or `await conversation.export().stream()` for
 * its bytes, which are NDJSON. Either fails with `incomplete` if the export ends before its `end` line.
 */
export class Export implements AsyncIterable<ExportLine> {
  readonly #http: Http;
  readonly #url: string;
  readonly #signal: AbortSignal | undefined;

  constructor(http: Http, conversationUrl: string, { signal }: CallOptions) {
    this.#http = http;
    this.#url = `${conversationUrl}/export`;
    this.#signal = signal;
  }

  /** The bytes as they come. */
  async stream(): Promise<ReadableStream<Uint8Array>> {
    let tail = "";
    const decoder = new TextDecoder();
    const check = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        // The end line is short, and its text is ASCII.
        tail = (tail + decoder.decode(chunk.slice(-200))).slice(-200);
        controller.enqueue(chunk);
      },
      flush() {
        if (!/(^|\n)\{"type":"end"[^\n]*\}\n$/.test(tail)) throw incomplete();
      },
    });
    return (await this.#bytes()).pipeThrough(check);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ExportLine, void, undefined> {
    let isWhole = false;
    for await (const text of linesOf(await this.#bytes())) {
      const line: ExportLine = this.#http.parse(text);
      isWhole = line.type === "end";
      yield line;
    }
    if (!isWhole) throw incomplete();
  }

  #bytes(): Promise<ReadableStream<Uint8Array>> {
    return this.#http.send(
      { url: this.#url, signal: this.#signal },
      async (response) => {
        const { body } = await ofType(response, /ndjson/);
        return body ?? new Blob().stream();
      },
    );
  }
}

function incomplete(): ContinuumError {
  return new ContinuumError({
    code: "incomplete",
    detail: "The export ended before its last line. Export again.",
    retryable: true,
  });
}
