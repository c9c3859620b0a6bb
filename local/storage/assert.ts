// Assertions on node:assert, which is there wherever Deno is.
import { deepStrictEqual, ok } from "node:assert/strict";

export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  deepStrictEqual(actual, expected, message);
}

export function assert(
  condition: unknown,
  message?: string,
): asserts condition {
  ok(condition, message);
}
