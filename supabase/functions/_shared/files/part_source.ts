/** Splits a multipart body at its boundaries (RFC 2046, section 5.1). */
import { Buffer } from "node:buffer";
import { Problem } from "../problems/problem.ts";
import { indexOfBytes } from "./byte_search.ts";

/** The most bytes that the headers of a part may have. */
const MAX_HEADER_BYTES = 16 * 1024;

const CRLF = Buffer.from("\r\n");
const HEADERS_END = Buffer.from("\r\n\r\n");

/**
 * Reads a body part by part. Call {@link start} once, then for each part {@link nextPart}, {@link headers} and
 * {@link content}, and read the content to its end.
 *
 * Every method throws a {@link Problem} `malformed_request` if the body ends early.
 */
export class PartSource {
  #source: AsyncIterator<Uint8Array>;
  #delimiter: Buffer;
  /** Bytes that are read but not yet used. It begins with a line break, which the first delimiter may lack. */
  #buffer: Buffer = CRLF;
  #afterHeaders = false;

  constructor(source: AsyncIterator<Uint8Array>, boundary: string) {
    this.#source = source;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  }

  /** Skips everything before the first boundary. */
  async start(): Promise<void> {
    for await (const _ of this.content());
  }

  /** Whether another part follows the boundary that was read last. */
  async nextPart(): Promise<boolean> {
    await this.#have(2);
    if (this.#buffer.subarray(0, 2).toString("latin1") === "--") return false;
    // A boundary may be followed by white space.
    let end;
    while ((end = this.#buffer.indexOf(CRLF)) < 0) {
      if (this.#buffer.length > 1024) throw malformed();
      await this.#fill();
    }
    this.#buffer = this.#buffer.subarray(end);
    return true;
  }

  /** The header lines of a part, with folded lines joined; null if they do not end or are too long. */
  async headers(): Promise<string[] | null> {
    for (let from = 0;;) {
      const end = this.#buffer.indexOf(HEADERS_END, from);
      const next = indexOfBytes(this.#buffer, this.#delimiter);
      if (next >= 0 && (end < 0 || end > next)) return null;
      if (end > MAX_HEADER_BYTES) return null;
      if (end >= 0) {
        const text = this.#buffer.subarray(0, end).toString("latin1");
        // Keeps the last line break, because it is part of the next delimiter if the content is empty.
        this.#buffer = this.#buffer.subarray(end + CRLF.length);
        this.#afterHeaders = true;
        return text.replace(/\r\n[ \t]+/g, " ").split("\r\n").slice(1);
      }
      if (this.#buffer.length > MAX_HEADER_BYTES) return null;
      from = Math.max(0, this.#buffer.length - HEADERS_END.length + 1);
      await this.#fill();
    }
  }

  /** The content of the part, up to the boundary that ends it. */
  async *content(): AsyncGenerator<Uint8Array> {
    if (this.#afterHeaders) {
      this.#afterHeaders = false;
      await this.#have(this.#delimiter.length);
      if (indexOfBytes(this.#buffer, this.#delimiter) !== 0) {
        this.#buffer = this.#buffer.subarray(CRLF.length);
      }
    }
    while (true) {
      const end = indexOfBytes(this.#buffer, this.#delimiter);
      if (end >= 0) {
        if (end > 0) yield this.#buffer.subarray(0, end);
        this.#buffer = this.#buffer.subarray(end + this.#delimiter.length);
        return;
      }
      const safe = this.#buffer.length - this.#delimiter.length + 1;
      if (safe > 0) {
        const chunk = this.#buffer.subarray(0, safe);
        this.#buffer = this.#buffer.subarray(safe);
        yield chunk;
      }
      await this.#fill();
    }
  }

  async #have(bytes: number): Promise<void> {
    while (this.#buffer.length < bytes) await this.#fill();
  }

  async #fill(): Promise<void> {
    const { value, done } = await this.#source.next().catch(
      (cause: unknown) => {
        throw malformed(cause);
      },
    );
    if (done) throw malformed();
    this.#buffer = Buffer.concat([this.#buffer, value]);
  }
}

function malformed(cause?: unknown): Problem {
  return new Problem("malformed_request", {
    detail: "The form ends early.",
    cause,
  });
}
