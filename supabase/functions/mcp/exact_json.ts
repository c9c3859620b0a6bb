/** JSON whose numbers keep their spelling, of any size: JavaScript alone would round them. */

/** What a reviver gets as its third argument, and the other half of it (ECMAScript 2026, JSON.parse source text access). */
interface ExactJson {
  parse(
    text: string,
    reviver: (
      key: string,
      value: unknown,
      context: { source?: string },
    ) => unknown,
  ): ReturnType<typeof JSON.parse>;
  rawJSON(text: string): unknown;
}

const exact = JSON as unknown as ExactJson;

/**
 * Parses `text`. `JSON.stringify` of the value, or of a part of it, writes every number as it was written in
 * `text`. A number that JavaScript would spell differently is an opaque object in the meantime.
 */
export function parseExact(text: string): ReturnType<typeof JSON.parse> {
  return exact.parse(
    text,
    (_, value, { source }) =>
      typeof value === "number" && source !== undefined &&
        String(value) !== source
        ? exact.rawJSON(source)
        : value,
  );
}
