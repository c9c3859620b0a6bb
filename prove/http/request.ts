/** A random request to an operation: valid, nearly valid or hostile. */
import { fileBody, formBody, mcpMessage } from "./bodies.ts";
import type { Operation } from "./documents.ts";
import { jsonFor, type Maker, textOf } from "./from_schema.ts";
import {
  damaged,
  hostileContentType,
  hostileHeader,
  hostileText,
} from "./hostile.ts";
import type { Known } from "./known.ts";
import type { Dice } from "./random.ts";
import type { WireRequest } from "./wire.ts";

/** `valid` may still be refused, since a schema does not say what exists. */
export type Manner = "valid" | "near" | "hostile";

export interface FuzzRequest extends WireRequest {
  manner: Manner;
  /** Whether the path is one that the operation's path matches, so that its document says what may come. */
  isOnRoute: boolean;
  /** For how many milliseconds it asked the answer to wait. */
  waitsMs: number;
}

/** Once in how many values something else stands in its place. */
const HOSTILITY: Record<Manner, number> = { valid: 0, near: 12, hostile: 3 };

export function requestFor(
  operation: Operation,
  dice: Dice,
  known: Known,
): FuzzRequest {
  const manner = dice.pick(["valid", "near", "hostile"] as const);
  const isHostile = manner === "hostile";
  const maker: Maker = {
    dice,
    known,
    document: operation.document,
    hostility: HOSTILITY[manner],
  };
  const headers: [string, string][] = [];
  for (const { name, schema, required, in: place } of operation.parameters) {
    if (place !== "header" || !(required || dice.oneIn(3))) continue;
    headers.push([name, headerText(textOf(maker, schema, name))]);
  }
  if (manner !== "valid") {
    for (let count = dice.below(3); count > 0; count--) {
      const [name, value] = hostileHeader(dice);
      headers.push([name, headerText(value)]);
    }
  }
  const path = pathFor(operation, maker);
  const { target: query, waitsMs } = queryFor(operation, maker);
  const { type, body } = bodyFor(operation, maker);
  const isTyped = headers.some(([name]) => /^content-type$/i.test(name));
  const sentType = isHostile && dice.oneIn(6) ? hostileContentType(dice) : type;
  if (sentType !== null && !isTyped) headers.push(["Content-Type", sentType]);
  const method = operation.method === "GET" && dice.oneIn(12)
    ? "HEAD"
    : isHostile && dice.oneIn(30)
    ? dice.pick([
      "OPTIONS",
      "TRACE",
      "PROPFIND",
      "get",
      "PUT",
      "POST",
      "DELETE",
    ])
    : operation.method;
  return {
    manner,
    method,
    target: path.text + query,
    isOnRoute: path.isPlain && method === operation.method,
    headers,
    body,
    waitsMs,
    ...(isHostile && body !== null && body.length > 0 && dice.oneIn(25) &&
      { cutAfter: dice.below(body.length) }),
    ...(body !== null && dice.oneIn(6) && { chunked: true }),
  };
}

/** Without what would end the header, which is not for a function to judge. */
function headerText(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, " ").slice(0, 6000);
}

function pathFor(
  { path, parameters }: Operation,
  maker: Maker,
): { text: string; isPlain: boolean } {
  const { dice, hostility } = maker;
  let isPlain = true;
  const text = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) =>
      one.name === name && one.in === "path"
    );
    const value = textOf(maker, parameter?.schema ?? {}, name);
    // A segment that is empty, or that a URL's reader would resolve, is another path.
    if (/^(\.{0,2})$/.test(value) || /^(me|_)$/.test(value)) isPlain = false;
    if (/[/\\]|^(%2e)+$/i.test(value)) isPlain = false;
    const segment = encodeURIComponent(value.toWellFormed());
    if (hostility === 0 || !dice.oneIn(hostility * 3)) return segment;
    isPlain = false;
    return dice.pick([
      "%00",
      "%ff",
      "%",
      "%2F",
      "%2e%2e",
      "..",
      "a;b=c",
      "a%0d%0ab",
      "%ed%a0%80",
      segment + "/",
      segment + "%20",
      "x".repeat(3000),
    ]);
  });
  if (hostility === HOSTILITY.hostile && dice.oneIn(40)) {
    isPlain = false;
    return {
      text: dice.pick([
        "/",
        "//",
        `${text}//`,
        `${text}/../..`,
        `/${text}`,
        "*",
      ])
        .replace(/^(?!\*)/, "/functions/v1"),
      isPlain,
    };
  }
  return { text: `/functions/v1${text}`, isPlain };
}

function queryFor(
  { parameters }: Operation,
  maker: Maker,
): { target: string; waitsMs: number } {
  const { dice, hostility } = maker;
  const pairs: string[] = [];
  let waitsMs = 0;
  const odd = () => hostility > 0 && dice.oneIn(hostility);
  for (const { name, schema, required, in: place } of parameters) {
    if (place !== "query" || !(required || dice.oneIn(3))) continue;
    // A follower may wait for long, and says so.
    const value = name === "wait"
      ? String(dice.below(2))
      : textOf(maker, schema, name);
    if (name === "wait") waitsMs = 1000 * Number(value);
    // Long polls of Durable Streams wait for as long as the function likes.
    if (name === "live" && value === "long-poll") waitsMs = 26_000;
    const text = encodeURIComponent(value.toWellFormed());
    pairs.push(
      `${encodeURIComponent(name)}=${
        odd()
          ? dice.pick(["%ff", "%00", "%", text + "&" + name + "=" + text])
          : text
      }`,
    );
    if (odd()) pairs.push(`${name}=${text}`);
  }
  if (odd()) {
    pairs.push(
      dice.pick(["", "=", "&&", "a[b]=c", "%00=%00", "__proto__=1", "=x", "+"]),
    );
  }
  if (odd()) {
    pairs.push(`x=${encodeURIComponent(hostileText(dice).toWellFormed())}`);
  }
  return { target: pairs.length > 0 ? `?${pairs.join("&")}` : "", waitsMs };
}

function bodyFor(
  operation: Operation,
  maker: Maker,
): { type: string | null; body: Uint8Array<ArrayBuffer> | null } {
  const { dice, hostility } = maker;
  if (operation.body === null) {
    return hostility > 0 && dice.oneIn(20)
      ? { type: "application/json", body: new TextEncoder().encode("{}") }
      : { type: null, body: null };
  }
  if (!operation.bodyRequired && dice.oneIn(3)) {
    return { type: null, body: null };
  }
  const [declared = "application/json"] = Object.keys(operation.body);
  if (
    declared === "multipart/form-data" || declared === "*/*" && dice.oneIn(2)
  ) {
    const { type, body } = formBody(maker);
    return { type, body: spoilt(maker, body) };
  }
  if (declared === "*/*") {
    return {
      type: hostility > 0 && dice.oneIn(3)
        ? hostileContentType(dice)
        : dice.pick(["text/plain", "image/png", "application/octet-stream"]),
      body: fileBody(maker),
    };
  }
  const text = operation.functionName === "mcp"
    ? mcpMessage(maker)
    : jsonFor(maker, operation.body[declared]);
  return {
    type: declared,
    body: spoilt(maker, new TextEncoder().encode(text)),
  };
}

function spoilt(
  { dice, hostility }: Maker,
  body: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return hostility === HOSTILITY.hostile && dice.oneIn(6)
    ? damaged(dice, body)
    : body;
}
