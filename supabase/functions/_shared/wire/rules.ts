/** Rules that schemas share. */
import { z } from "@hono/zod-openapi";

/**
 * Text of `min` to `max` characters. They are counted as code points, like PostgreSQL's char_length and JSON
 * Schema do, and not as UTF-16 units, like JavaScript does.
 */
export function text(min: number, max: number) {
  return z.string().refine(
    (value) => {
      const length = codePoints(value);
      return length >= min && length <= max;
    },
    { error: `Must be ${min} to ${max} characters.`, abort: true },
  ).openapi({ minLength: min, maxLength: max });
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

/** Whether `value` has at most `limit` bytes in UTF-8. It is encoded only if its length leaves this open. */
export function fitsUtf8(value: string, limit: number): boolean {
  if (value.length > limit) return false;
  return value.length * 3 <= limit ||
    new TextEncoder().encode(value).length <= limit;
}

/** A query of exactly these parameters, and the one that Supabase's platform defines. */
export function queryOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({
    ...shape,
    forceFunctionRegion: z.string().optional().openapi({
      description:
        "The region to run in, as Supabase's client libraries send it.",
    }),
  });
}

/** A whole number from `min` to `max` in a query. Anything else is refused, not coerced. */
export function wholeNumber(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
) {
  const error = max === Number.MAX_SAFE_INTEGER
    ? `Must be a whole number of at least ${min}.`
    : `Must be a whole number from ${min} to ${max}.`;
  return z.string()
    .refine(
      (value) =>
        /^\d{1,16}$/.test(value) && Number(value) >= min &&
        Number(value) <= max,
      {
        error,
      },
    )
    .transform(Number)
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/** Whether `value` is the JSON text of an object. */
export function isJsonObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null &&
      !Array.isArray(parsed);
  } catch {
    return false;
  }
}
