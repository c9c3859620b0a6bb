import assert from "node:assert/strict";
import { Problem } from "../problems/problem.ts";
import { parseIdempotencyKey } from "./idempotency_key.ts";

Deno.test("no header is no key", () => {
  assert.equal(parseIdempotencyKey(undefined), null);
});

Deno.test("a key is the same quoted and bare", () => {
  const keys: [header: string, key: string][] = [
    [
      "8e03978e-40d5-43dd-bc93-6894a57f9324",
      "8e03978e-40d5-43dd-bc93-6894a57f9324",
    ],
    ['"8e03978e"', "8e03978e"],
    ['  "8e03978e"  ', "8e03978e"],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['a"b', 'a"b'],
    ["a\\b", "a\\b"],
    ["' '", "' '"],
  ];
  for (const [header, key] of keys) {
    assert.equal(parseIdempotencyKey(header), key);
  }
});

Deno.test("a key has 1 to 255 characters without its quotes", () => {
  const longest = "k".repeat(255);
  assert.equal(parseIdempotencyKey(longest), longest);
  assert.equal(parseIdempotencyKey(`"${longest}"`), longest);
  assert.equal(
    parseIdempotencyKey('"' + '\\"'.repeat(255) + '"'),
    '"'.repeat(255),
  );
});

Deno.test("what is no key is refused by its header's name", () => {
  const refused = [
    "",
    "  ",
    '""',
    '"',
    '"open',
    '"a"b',
    '"a"; p=1',
    '"a\\b"',
    "k".repeat(256),
    "a\u0000",
  ];
  for (const header of refused) {
    assert.throws(
      () => parseIdempotencyKey(header),
      (error) =>
        error instanceof Problem && error.code === "validation_failed" &&
        error.extension.errors?.[0]?.pointer === "/idempotency-key",
      header,
    );
  }
});
