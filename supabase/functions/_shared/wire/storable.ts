/** What PostgreSQL's text and JSON types can hold of a JSON value. */
import { z } from "@hono/zod-openapi";

/** A place in a value and why what stands there cannot be stored. */
export interface Unstorable {
  path: PropertyKey[];
  detail: string;
}

/** Enough to mend a request; a hostile one could have a million. */
const MAX_FINDINGS = 20;

/** Deeper than any real document, shallower than the stack of any parser on the way. */
const MAX_DEPTH = 100;

/**
 * Finds what the database would refuse: U+0000, lone surrogates, and nesting without end. Numbers are not
 * looked at, since the text of a body is passed on and JavaScript's reading of them is not.
 *
 * @returns the first findings in document order; empty when all of `value` is safe.
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
      // One array for all of the walk: a copy a child takes seconds for a million of them.
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
 * `schema` behind a check that all of its input can be stored. The check comes first, because
 * rules that stringify a value must not meet nesting without end.
 */
export function storable<T extends z.ZodType>(schema: T) {
  return z.preprocess((value, context) => {
    for (const { path, detail } of findUnstorable(value)) {
      context.addIssue({ code: "custom", path, message: detail });
    }
    return value;
  }, schema);
}

/** Why PostgreSQL refuses `value` as text, null when it does not. */
export function textFault(value: string): string | null {
  if (value.includes("\u0000")) {
    return "Must not contain U+0000, which cannot be stored.";
  }
  if (!value.isWellFormed()) {
    return "Must not contain a lone surrogate, which is not Unicode text.";
  }
  return null;
}
