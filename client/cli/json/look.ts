/** Looks into JSON of unknown shape. */
import { spelling } from "./exact.ts";

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && spelling(value) === undefined;
}

/** `value` if it is an object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** `value` if it is an array, else an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `value` if it is text, else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number, or text that is not empty, as text: what systems use as ids. Undefined for anything else. */
export function idOf(value: unknown): string | undefined {
  const text = spelling(value) ??
    (typeof value === "number" ? String(value) : value);
  return typeof text === "string" && text !== "" ? text : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const number = Number(spelling(value) ?? (value as number));
  return typeof value !== "string" && value !== null &&
      typeof value !== "boolean" && Number.isFinite(number)
    ? number
    : undefined;
}

/** `object` without some of its members. */
export function without(object: JsonObject, names: string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name]) => !names.includes(name)),
  );
}

/** `object` without members that say nothing: null, and empty text, lists and objects. */
export function telling(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) =>
      value !== null && value !== undefined && value !== "" &&
      !(Array.isArray(value) && value.length === 0) &&
      !(isObject(value) && Object.keys(value).length === 0)
    ),
  );
}

/**
 * A time as RFC 3339 text; null if `value` is none. Numbers are seconds since 1970 or, if that would be too far in the
 * future, milliseconds, microseconds or nanoseconds.
 */
export function timeOf(value: unknown): string | null {
  if (typeof value === "string") {
    // Without an offset, times of exports are UTC.
    const text = /[Zz]$|[+-]\d\d:?\d\d$/.test(value) ? value : `${value}Z`;
    if (
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(
        text,
      )
    ) {
      return Number.isNaN(Date.parse(text)) ? null : text;
    }
    const time = Date.parse(text);
    return Number.isNaN(time) ? null : new Date(time).toISOString();
  }
  let seconds = numberOf(value);
  if (seconds === undefined || seconds <= 0) return null;
  while (seconds > 1e11) seconds /= 1000;
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * 1e6) % 1e6;
  const date = new Date(whole * 1000).toISOString().slice(0, 19);
  return `${date}.${String(micros).padStart(6, "0")}Z`;
}

/** A list as parts of a message, which must be objects. */
export function partsOf(value: unknown): JsonObject[] {
  return listOf(value).map((part) =>
    isObject(part)
      ? part
      : typeof part === "string"
      ? { type: "text", text: part }
      : { type: "value", value: part }
  );
}
