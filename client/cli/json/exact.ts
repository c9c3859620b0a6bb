/** JSON whose numbers keep their spelling: `1.0` stays `1.0`, and no digit of a long number is lost. */

/** The parts of ECMAScript's JSON.parse source text access that are used here. */
interface ExactJson {
  parse(
    text: string,
    reviver: (
      key: string,
      value: unknown,
      context: { source?: string },
    ) => unknown,
  ): unknown;
  rawJSON?(text: string): unknown;
  isRawJSON?(value: unknown): value is { rawJSON: string };
}

const json = JSON as unknown as ExactJson;

/** Whether this runtime can keep the spelling of numbers: Deno can, and Node from version 22. */
export const canBeExact = typeof json.rawJSON === "function";

/** A number as JavaScript reads it, or, if it would be written differently, an object that keeps its spelling. */
export function exactNumber(source: string): unknown {
  const value = Number(source);
  return String(value) === source ? value : json.rawJSON?.(source) ?? value;
}

/**
 * Parses `text`. `JSON.stringify` of the value writes every number as it was spelled.
 *
 * @throws {SyntaxError} if `text` is not JSON.
 */
export function parseExact(text: string): unknown {
  return json.parse(
    text,
    (_, value, { source }) =>
      typeof value === "number" && source !== undefined
        ? exactNumber(source)
        : value,
  );
}

/** The spelling of a number that was kept by {@link exactNumber}; undefined for any other value. */
export function spelling(value: unknown): string | undefined {
  return json.isRawJSON?.(value) ? value.rawJSON : undefined;
}

/** `value` as text that does not depend on the order of members and the spelling of numbers. */
export function canonical(value: unknown): string {
  const raw = spelling(value);
  if (raw !== undefined) {
    const number = Number(raw);
    return Number.isFinite(number) ? JSON.stringify(number) : raw;
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
    return `{${members.join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}
