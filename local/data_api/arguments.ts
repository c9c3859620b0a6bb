/**
 * The arguments of a call, as its query or body has them.
 * https://docs.postgrest.org/en/v14/references/api/functions.html
 */
import { notImplemented, pgrst } from "./errors.ts";
import type { Wanted } from "./routines.ts";

export type Arguments =
  /** A JSON object, or an array of objects of which the first is taken. */
  | { kind: "json"; text: string; isArray: boolean; keys: string[] }
  /** Values as text, by name; one may come several times. */
  | { kind: "text"; values: Map<string, string[]>; keys: string[] }
  /** The body itself is the only argument. */
  | { kind: "whole"; body: Uint8Array<ArrayBuffer>; keys: string[] };

export interface Call {
  arguments: Arguments;
  /** See {@link Wanted.bodyType}. */
  bodyType: Wanted["bodyType"];
  /** The bytes of a JSON body, for a function that takes it whole. */
  body: Uint8Array<ArrayBuffer>;
}

/** Parameters of the query that shape a result. */
const SHAPING =
  /^(select|columns|on_conflict|(.*\.)?(order|limit|offset|and|or))$/;

/** A value that is a filter of the result: an operator, and what follows it. */
const FILTER =
  /^(not|is|in|eq|gte?|lte?|neq|i?like|i?match|c[sd]|ov|s[lr]|nx[lr]|adj)(\(\w+\))?\.|^(pl|ph|w)?fts[.(]/;

/** @throws {DataApiError} PGRST102 if the body is not what its type says. */
export async function readCall(
  request: Request,
  query: URLSearchParams,
): Promise<Call> {
  const parameters = argumentsOfQuery(query);
  const none = new Uint8Array();
  if (request.method !== "POST") {
    if (request.headers.has("Range")) {
      throw notImplemented("ranges of rows");
    }
    return { arguments: textArguments(parameters), bodyType: null, body: none };
  }
  const bodyType = mediaType(request.headers.get("Content-Type"));
  const body = await request.bytes();
  switch (bodyType) {
    case "application/json":
      return { arguments: jsonArguments(body), bodyType, body };
    case "application/x-www-form-urlencoded": {
      const form = new URLSearchParams(new TextDecoder().decode(body));
      return { arguments: textArguments([...form]), bodyType, body };
    }
    case "text/plain":
    case "text/xml":
    case "application/octet-stream":
      return { arguments: { kind: "whole", body, keys: [] }, bodyType, body };
    case "text/csv":
      throw notImplemented("bodies of type text/csv");
    default:
      throw pgrst("PGRST102", `Content-Type not acceptable: ${bodyType}`);
  }
}

function mediaType(contentType: string | null): string {
  const [type = ""] = (contentType ?? "application/json").split(";");
  return type.trim().toLowerCase();
}

/** What shapes a result is refused and not ignored: the result would be another. */
function argumentsOfQuery(query: URLSearchParams): [string, string][] {
  // The gateway has read it.
  const parameters = [...query].filter(([name]) => name !== "apikey");
  const shaping = parameters.find(([name, value]) =>
    SHAPING.test(name) || FILTER.test(value)
  );
  if (shaping !== undefined) {
    throw notImplemented(
      `select, filters, order, limit and offset, as in ${shaping.join("=")}`,
    );
  }
  return parameters;
}

function textArguments(parameters: [string, string][]): Arguments {
  const values = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    values.set(name, [...values.get(name) ?? [], value]);
  }
  return { kind: "text", values, keys: [...values.keys()] };
}

function jsonArguments(body: Uint8Array): Arguments {
  const { text, value } = parseJson(body);
  if (isObject(value)) {
    return { kind: "json", text, isArray: false, keys: Object.keys(value) };
  }
  if (!Array.isArray(value) || value.length === 0) {
    return { kind: "json", text: "{}", isArray: false, keys: [] };
  }
  const objects = value.filter(isObject);
  const keys = Object.keys(objects[0] ?? {});
  const isUniform = objects.length === value.length &&
    objects.every((object) =>
      Object.keys(object).length === keys.length &&
      keys.every((key) => key in object)
    );
  if (!isUniform) throw pgrst("PGRST102", "All object keys must match");
  return { kind: "json", text, isArray: true, keys };
}

function parseJson(body: Uint8Array): { text: string; value: unknown } {
  if (body.byteLength === 0) return { text: "{}", value: {} };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(body);
    return { text, value: JSON.parse(text) };
  } catch {
    throw pgrst("PGRST102", "Empty or invalid json");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
