/** One request over a connection of its own, byte by byte as it is given: fetch would put it right. */
import { joined } from "./hostile.ts";

export interface WireRequest {
  method: string;
  /** Path and query, as they stand in the request line. */
  target: string;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer> | null;
  /** Ends the connection after so many bytes of the body, although more were announced. */
  cutAfter?: number;
  /** Sends the body in chunks, without a length. */
  chunked?: boolean;
}

export interface WireAnswer {
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** Milliseconds until the head of the answer came. */
  headMs: number;
  ms: number;
}

/** Why there is no answer: none came in time, or the connection ended without one. */
export class NoAnswer extends Error {
  constructor(readonly reason: "timeout" | "closed", readonly ms: number) {
    super(reason);
  }
}

/** A stream of events is read for so long, in milliseconds: it does not end by itself. */
const STREAM_MS = 300;

/**
 * Sends a request and reads the answer.
 *
 * @throws {NoAnswer}
 */
export async function send(
  apiUrl: string,
  request: WireRequest,
  timeoutMs: number,
): Promise<WireAnswer> {
  const { hostname, port } = new URL(apiUrl);
  const startedAt = performance.now();
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let isLate = false;
  let isOver = false;
  const close = () => {
    if (isOver) return;
    isOver = true;
    connection.close();
  };
  let timer = setTimeout(() => {
    isLate = true;
    close();
  }, timeoutMs);
  try {
    // While it reads: an answer may come before the body is through.
    const sending = write(connection, encoded(request, `${hostname}:${port}`))
      .catch(() => {});
    let received = new Uint8Array();
    let headMs = 0;
    const buffer = new Uint8Array(65_536);
    let isStream = false;
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        received = withoutInterim(joined(received, buffer.subarray(0, count)));
        if (headMs === 0 && endOfHead(received) !== -1) {
          headMs = performance.now() - startedAt;
          isStream = /\r\ncontent-type: *text\/event-stream/i.test(
            latin1(received.subarray(0, endOfHead(received))),
          );
          if (isStream) {
            clearTimeout(timer);
            timer = setTimeout(close, STREAM_MS);
          }
        }
      }
    } catch (error) {
      if (!isStream && received.length === 0) throw error;
    }
    close();
    await sending;
    const ms = performance.now() - startedAt;
    if (isLate && headMs === 0) throw new NoAnswer("timeout", ms);
    return answerFrom(received, headMs, ms);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer(
      isLate ? "timeout" : "closed",
      performance.now() - startedAt,
    );
  } finally {
    clearTimeout(timer);
    close();
  }
}

async function write(
  connection: Deno.TcpConn,
  pieces: { bytes: Uint8Array[]; closes: boolean },
): Promise<void> {
  for (const piece of pieces.bytes) {
    let rest = piece;
    while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
  }
  if (pieces.closes) await connection.closeWrite();
}

function encoded(
  { method, target, headers, body, cutAfter, chunked }: WireRequest,
  host: string,
) {
  const lines: [string, string][] = [
    ["Host", host],
    ...headers,
    ["Connection", "close"],
  ];
  if (body !== null) {
    lines.push(
      chunked
        ? ["Transfer-Encoding", "chunked"]
        : ["Content-Length", String(body.length)],
    );
  }
  const head = bytesOf(
    `${method} ${target} HTTP/1.1\r\n${
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    }\r\n`,
  );
  const closes = cutAfter !== undefined;
  const sent = (body ?? new Uint8Array()).subarray(0, cutAfter);
  if (!chunked) return { bytes: [head, sent], closes };
  const pieces = [head];
  for (let at = 0; at < sent.length; at += 50_000) {
    const piece = sent.subarray(at, at + 50_000);
    pieces.push(
      bytesOf(`${piece.length.toString(16)}\r\n`),
      piece,
      bytesOf("\r\n"),
    );
  }
  if (!closes) pieces.push(bytesOf("0\r\n\r\n"));
  return { bytes: pieces, closes };
}

function answerFrom(
  received: Uint8Array<ArrayBuffer>,
  headMs: number,
  ms: number,
): WireAnswer {
  const end = endOfHead(received);
  if (end === -1) throw new NoAnswer("closed", ms);
  const [statusLine = "", ...fields] = latin1(received.subarray(0, end))
    .split("\r\n");
  const headers = new Headers();
  for (const field of fields) {
    const colon = field.indexOf(":");
    if (colon > 0) {
      headers.append(field.slice(0, colon), field.slice(colon + 1).trim());
    }
  }
  const rest = received.subarray(end + 4);
  const body = headers.get("Transfer-Encoding") === "chunked"
    ? unchunked(rest)
    : rest;
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body,
    headMs,
    ms,
  };
}

/** Without answers such as 100 Continue, after which the answer comes. */
function withoutInterim(
  received: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const end = endOfHead(received);
  return end !== -1 && /^HTTP\/1\.1 1/.test(latin1(received.subarray(0, 10)))
    ? withoutInterim(received.slice(end + 4))
    : received;
}

function endOfHead(bytes: Uint8Array): number {
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (
      bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 &&
      bytes[at + 3] === 10
    ) return at;
  }
  return -1;
}

/** The bytes of a chunked body, as far as it came. */
function unchunked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lineEnd = bytes.indexOf(10, at);
    if (lineEnd === -1) break;
    const size = parseInt(latin1(bytes.subarray(at, lineEnd)), 16);
    if (!(size > 0)) break;
    pieces.push(bytes.subarray(lineEnd + 1, lineEnd + 1 + size));
    at = lineEnd + 1 + size + 2;
  }
  return joined(...pieces);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** UTF-8, as browsers and curl put text into headers that should not be there. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
