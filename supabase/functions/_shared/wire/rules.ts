/** Rules that schemas share. */
import { z } from "@hono/zod-openapi";

/**
 * Text of `min` to `max` characters. Characters are code points, as PostgreSQL's char_length and
 * JSON Schema count them, and not UTF-16 units as JavaScript does.
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

/** Whether UTF-8 needs at most `limit` bytes for `value`; encodes only where it is close. */
export function fitsUtf8(value: string, limit: number): boolean {
  if (value.length > limit) return false;
  return value.length * 3 <= limit ||
    new TextEncoder().encode(value).length <= limit;
}

/** A query of these parameters and no others, but for the platform's own. */
export function queryOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({
    ...shape,
    forceFunctionRegion: z.string().optional().openapi({
      description:
        "The region to run in, as Supabase's client libraries send it.",
    }),
  });
}

/** A whole number in a query, `min` to `max`; anything else is refused rather than coerced. */
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
