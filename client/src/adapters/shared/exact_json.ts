/**
 * Writes values as JSON that PostgreSQL can hold, and restores them exactly.
 *
 * U+0000 and lone surrogates, which PostgreSQL has no text for, become U+001A and the four digits of the UTF-16 unit;
 * so does U+001A itself. Numbers that JSON does not have, BigInts and bytes become an object with the one member
 * U+001A. So does a value that is nested too deeply for the API: it becomes text.
 *
 * A backslash in the name of a member is escaped too. The V8 of Deno 2.1 to 2.9 takes a name that JSON writes with an
 * escape, such as "\n", for the name "\\", if it has read an object with that one in the same place before.
 */

import { base64Of, bytesOf } from "./base64.ts";

/** Introduces what has been escaped. */
const MARK = "\u001a";

/** The API takes 100 levels. The rest of them is left to the message around the value. */
const MAX_DEPTH = 60;

// deno-lint-ignore no-control-regex -- they are what it looks for
const UNSTORABLE = /[\0\u001a]|\p{Surrogate}/gu;
// deno-lint-ignore no-control-regex -- as above
const UNSTORABLE_IN_NAME = /[\0\u001a\\]|\p{Surrogate}/gu;
// deno-lint-ignore no-control-regex -- as above
const ESCAPED = /\u001a(0000|001a|005c|d[89a-f][0-9a-f]{2})/g;

/** What `JSON.stringify` would make of a value, with everything escaped that could not be stored. */
export function escaped(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return escapedText(value);
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : marked(`number:${Object.is(value, -0) ? "-0" : value}`);
    case "bigint":
      return marked(`bigint:${value}`);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return marked(`bytes:${base64Of(value)}`);
  if (hasToJson(value)) return escaped(value.toJSON(""), depth);
  if (depth === MAX_DEPTH) {
    // All of it in one text: in a text within a text, each escape would be twice as long.
    return marked(`json:${JSON.stringify(escaped(value, -Infinity))}`);
  }
  if (Array.isArray(value)) {
    return Array.from(value, (item) => escaped(item, depth + 1) ?? null);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      escapedText(key, UNSTORABLE_IN_NAME),
      escaped(member, depth + 1),
    ]),
  );
}

/** The value that `escaped` was given, without what JSON leaves out. */
export function restored(value: unknown): unknown {
  if (typeof value === "string") return restoredText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(restored);
  const members = Object.entries(value);
  const [first] = members;
  if (
    members.length === 1 && first?.[0] === MARK && typeof first[1] === "string"
  ) return unmarked(first[1]);
  return Object.fromEntries(
    members.map(([key, member]) => [restoredText(key), restored(member)]),
  );
}

function escapedText(text: string, unstorable = UNSTORABLE): string {
  return text.replace(
    unstorable,
    (unit) => MARK + unit.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

function restoredText(text: string): string {
  return text.replace(
    ESCAPED,
    (_, digits) => String.fromCharCode(parseInt(digits, 16)),
  );
}

function marked(text: string): Record<string, string> {
  return { [MARK]: text };
}

function unmarked(text: string): unknown {
  const [, kind, rest] = /^(number|bigint|bytes|json):(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case "number":
      return Number(rest);
    case "bigint":
      return BigInt(rest!);
    case "bytes":
      return bytesOf(rest!);
    case "json":
      return restored(JSON.parse(rest!));
    default:
      return { [MARK]: text };
  }
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
