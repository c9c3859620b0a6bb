/** Turns what a source says into what the API takes: within its limits, and without characters that it refuses. */
import type { MessageInput } from "../../src/index.ts";
import { isObject, type JsonObject } from "../json/look.ts";
import { spelling } from "../json/exact.ts";
import { sha256 } from "../hash.ts";
import type { TreeMessage } from "./tree.ts";

export const MOST_CONTENT_BYTES = 1024 * 1024;
export const MOST_METADATA_BYTES = 60 * 1024;
/** Of one append, with room for what stands around the messages. */
export const MOST_BODY_BYTES = 3.9 * 1024 * 1024;
export const MOST_VALUES = 190_000;
const MOST_LEVELS = 80;

export interface Payload {
  input: MessageInput & { client_id: string };
  /** Bytes of its JSON. */
  bytes: number;
  /** JSON values in it. */
  values: number;
  /** Sentences about what could not be kept as it was. */
  changes: string[];
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The message of a tree as the API takes it, without files. */
export function payloadOf(
  { id, message, records }: TreeMessage,
  format: string,
  createdAt: string | null,
): Payload {
  const changes: string[] = [];
  const { role, content, tokens } = message;
  let parts: object[] = [...message.parts ?? []];
  let said: string | null = content;
  if (bytesOf(content) > MOST_CONTENT_BYTES) {
    parts = [{ type: "text", text: content }, ...parts];
    said = null;
  }
  const metadata: JsonObject = {};
  const rest = {
    ...message.rest,
    ...(records.length > 0 && { records }),
  };
  if (Object.keys(rest).length > 0) {
    if (fits(rest)) metadata[format] = rest;
    else parts.push({ type: "metadata", metadata: { [format]: rest } });
  }
  const count = countValues({ parts, metadata });
  if (count.values > MOST_VALUES || count.levels > MOST_LEVELS) {
    parts = [{ type: "json", json: JSON.stringify(parts) }];
    changes.push(
      "It has more JSON values or levels than a message can have, so its parts are kept as text.",
    );
  }
  if (said === "" && parts.length === 0) {
    parts = [{ type: "text", text: "" }];
  }
  const replaced = { count: 0 };
  storable({ said, parts, metadata }, replaced);
  if (replaced.count > 0) {
    changes.push(
      `${replaced.count} characters that no database holds as text (U+0000 and lone surrogates) read as U+FFFD. Its last part has them escaped.`,
    );
    // JSON text has escapes for them, which are plain text to a database.
    const json = JSON.stringify({ content: said, parts, metadata });
    parts = [...parts, { type: "escaped", json }];
  }
  const input = storable({
    role,
    ...(said !== null && { content: said }),
    ...(parts.length > 0 && { parts }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    client_id: clientId(id),
    ...(createdAt !== null && { created_at: createdAt }),
    ...(tokens !== undefined && { token_count: tokens }),
  }) as Payload["input"];
  return {
    input,
    bytes: bytesOf(JSON.stringify(input)),
    values: countValues(input).values,
    changes,
  };
}

/** Whether an object is small enough to be metadata. */
export function fits(value: JsonObject): boolean {
  return bytesOf(JSON.stringify(value)) <= MOST_METADATA_BYTES &&
    countValues(value).levels <= MOST_LEVELS;
}

/** An id that can be a client_id. */
export function clientId(id: string): string {
  return id.length <= 255 && id.isWellFormed() && !/\p{Cc}/u.test(id)
    ? id
    : sha256(id);
}

/** The continuation id of a conversation. */
export function continuationId(format: string, id: string): string {
  const name = `${format}:${id}`;
  return [...name].length <= 255 && name.isWellFormed() &&
      !/\p{Cc}/u.test(name)
    ? name
    : `${format}:${sha256(id)}`;
}

/** A title of 1 to 200 characters; undefined if there is none. */
export function titleOf(title: string | undefined): string | undefined {
  const clean = (title ?? "").toWellFormed().replaceAll("\0", "").trim();
  if (clean === "") return undefined;
  if ([...clean].length <= 200) return clean;
  const segments = new Intl.Segmenter().segment(clean);
  let cut = "";
  for (const { segment } of segments) {
    if ([...cut, ...segment].length > 199) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** `value` without characters that cannot be stored. */
export function storable(
  value: unknown,
  replaced: { count: number } = { count: 0 },
): unknown {
  if (typeof value === "string") {
    if (!value.includes("\0") && value.isWellFormed()) return value;
    const clean = value.replaceAll("\0", "\ufffd").toWellFormed();
    for (let at = 0; at < value.length; at++) {
      if (value[at] !== clean[at]) replaced.count++;
    }
    return clean;
  }
  if (Array.isArray(value)) {
    return value.map((item) => storable(item, replaced));
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        storable(name, replaced),
        storable(member, replaced),
      ]),
    );
  }
  return value;
}

/** The number of JSON values, and how deep they are in each other. Without recursion, since it may be deep. */
export function countValues(
  value: unknown,
): { values: number; levels: number } {
  let values = 0;
  let levels = 0;
  const stack: [unknown, number][] = [[value, 1]];
  for (let next; (next = stack.pop()) !== undefined;) {
    const [at, level] = next;
    values++;
    levels = Math.max(levels, level);
    if (typeof at !== "object" || at === null) continue;
    if (spelling(at) !== undefined) continue;
    for (const member of Object.values(at)) stack.push([member, level + 1]);
  }
  return { values, levels };
}
