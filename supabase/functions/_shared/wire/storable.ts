/** Which JSON values PostgreSQL's text and JSON types can store. */
import { z } from "@hono/zod-openapi";

/** A path in a value, and why the value at that path cannot be stored. */
export interface Unstorable {
  path: PropertyKey[];
  detail: string;
}

/** Enough to fix a request. A hostile one could have a million. */
const MAX_FINDINGS = 20;

/** Deeper than any real document, but within the stack of every parser that handles it. */
const MAX_DEPTH = 100;

/**
 * Finds what the database would refuse: U+0000, lone surrogates and extreme nesting. Numbers are not checked,
 * because the body's text is stored, and not what JavaScript makes of it.
 *
 * @returns the first findings, in document order; empty if `value` can be stored.
 */
export function findUnstorable(value: unknown): Unstorable[] {
  const findings: Unstorable[] = [];
  visit(value, [], findings);
  return findings;
}

function visit(
  value: unknown,
  path: PropertyKey[],
  findings: Unstorable[],
): void {
  if (typeof value === "string") report(textFault(value), path, findings);
  else if (typeof value === "object" && value !== null) {
    if (path.length >= MAX_DEPTH) {
      report(
        `Must not be nested deeper than ${MAX_DEPTH} levels.`,
        path,
        findings,
      );
      return;
    }
    for (const [key, child] of Object.entries(value)) {
      if (findings.length >= MAX_FINDINGS) return;
      // One array for the whole walk: a copy for each of a million children takes seconds.
      path.push(key);
      report(textFault(key), path, findings);
      visit(child, path, findings);
      path.pop();
    }
  }
}

function report(
  fault: string | null,
  path: PropertyKey[],
  findings: Unstorable[],
): void {
  if (fault !== null && findings.length < MAX_FINDINGS) {
    findings.push({ path: [...path], detail: fault });
  }
}

/**
 * `schema`, preceded by a check that its input can be stored. The check comes first, because rules that stringify
 * a value would overflow the stack if it were nested too deeply.
 */
export function storable<T extends z.ZodType>(schema: T) {
  return z.preprocess((value, context) => {
    for (const { path, detail } of findUnstorable(value)) {
      context.addIssue({ code: "custom", path, message: detail });
    }
    return value;
  }, schema);
}

/** Why PostgreSQL refuses `value` as text; null if it accepts it. */
export function textFault(value: string): string | null {
  if (value.includes("\u0000")) {
    return "Must not contain U+0000, which cannot be stored.";
  }
  if (!value.isWellFormed()) {
    return "Must not contain a lone surrogate, which is not Unicode text.";
  }
  return null;
}
