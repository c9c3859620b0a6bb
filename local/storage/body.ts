// The body of an upload, raw or multipart, as a stream of bytes with what the client says of it.
import {
  chain,
  type Chunks,
  chunksOf,
} from "../../supabase/functions/_shared/files/chunks.ts";
import { partsOf } from "../../supabase/functions/_shared/files/multipart.ts";
import { failure } from "./errors.ts";

/** An object as it is sent. */
interface Sent {
  mimeType: string;
  cacheControl: string;
  userMetadata: Record<string, unknown> | undefined;
  bytes: AsyncIterable<Uint8Array>;
}

export interface Incoming extends Sent {
  isForm: boolean;
  /** The body's Content-Length. For a form it includes the boundaries. */
  declaredLength: number | undefined;
  /** Reads and drops what is left, so that a client which is still sending gets its answer. */
  drain(): Promise<void>;
}

const OCTETS = "application/octet-stream";

/** At most this much is read only to be dropped. */
const MAX_DRAIN_BYTES = 64 * 1024 * 1024;

export async function readBody(request: Request): Promise<Incoming> {
  const { headers, body } = request;
  const type = headers.get("content-type") ?? OCTETS;
  const length = headers.get("content-length");
  const isForm = type.startsWith("multipart/form-data");
  const chunks = chunksOf(body);
  const drain = async () => {
    await chunks.return(undefined);
    await drop(chunksOf(body));
  };
  try {
    const sent = isForm
      ? await readForm(type, chunks)
      : { mimeType: type, bytes: chunks, ...described(headers) };
    const declaredLength = length === null ? undefined : Number(length);
    return { ...sent, isForm, declaredLength, drain };
  } catch (error) {
    await drain();
    throw error;
  }
}

/** What the headers of a raw body say of it. */
function described(headers: Headers) {
  return {
    cacheControl: headers.get("cache-control") ?? "no-cache",
    userMetadata: parseMetadata(decodeBase64(headers.get("x-metadata") ?? "")),
  };
}

/** The first file of the form, with the fields that come before it: the order storage-js sends. */
async function readForm(type: string, chunks: Chunks): Promise<Sent> {
  const fields = new Map<string, string>();
  const parts = partsOf(type, chunks);
  for (let next; !(next = await parts.next()).done;) {
    const part = next.value;
    if (part.kind === "field") {
      fields.set(part.name, part.value);
      continue;
    }
    const file = part.announce();
    const seconds = fields.get("cacheControl");
    return {
      mimeType: fields.get("contentType") || (file.type.header ?? OCTETS),
      cacheControl: seconds ? `max-age=${seconds}` : "no-cache",
      userMetadata: parseMetadata(
        fields.get("metadata") ?? fields.get("userMetadata") ?? "",
      ),
      bytes: chain(new Uint8Array(), file.chunks),
    };
  }
  throw failure("noContent");
}

async function drop(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let dropped = 0;
  try {
    for await (const chunk of chunks) {
      dropped += chunk.byteLength;
      if (dropped > MAX_DRAIN_BYTES) return;
    }
  } catch {
    // The client went away: nobody is waiting for an answer.
  }
}

function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(text));
  } catch {
    return "";
  }
}

/** Metadata that is no JSON object is dropped without a word, as the real service does. */
export function parseMetadata(
  json: string,
): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return value !== null && typeof value === "object"
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
