import assert from "node:assert/strict";
import {
  escaped,
  restored,
} from "../../client/src/adapters/shared/exact_json.ts";

/** What a value is after it was stored and read. */
const stored = (value: unknown) =>
  restored(JSON.parse(JSON.stringify(escaped(value))));

/** What PostgreSQL refuses in JSON: U+0000 and half of a surrogate pair, written as they are or as an escape. */
const UNSTORABLE =
  /\\u0000|\\u[dD][89a-fA-F]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const UNITS = [
  ...["a", "\0", "\u001a", "0000", "001a", "d800", "\ud83d\ude00", "\ud800"],
  ...["\udfff", '"', "\\", "\\u0000", "é", "number:1", "json:"],
];
const ATOMS: unknown[] = [
  ...[null, true, 0, -0, 1.5, 2 ** 53, 1e300, NaN, Infinity, -Infinity],
  10n ** 30n,
];

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)]!;
}

function text(): string {
  return Array.from({ length: Math.random() * 5 }, () => pick(UNITS)).join("");
}

function value(depth: number): unknown {
  const members = Array.from({ length: Math.random() * 4 });
  const kind = Math.random();
  if (depth === 0 || kind < 0.3) {
    return Math.random() < 0.5 ? text() : pick(ATOMS);
  }
  if (kind < 0.4) return crypto.getRandomValues(new Uint8Array(3));
  if (kind < 0.6) return members.map(() => value(depth - 1));
  return Object.fromEntries(members.map(() => [text(), value(depth - 1)]));
}

Deno.test("random values are stored as JSON that PostgreSQL takes, and come back as they were", () => {
  for (let n = 0; n < 5000; n++) {
    const original = value(5);
    const json = JSON.stringify(escaped(original));
    // An escaped backslash before it makes it a text.
    assert.doesNotMatch(json.replace(/\\\\/g, ""), UNSTORABLE);
    assert.deepEqual(stored(original), original);
  }
});

Deno.test("what JSON leaves out is left out, and what it writes otherwise is written so", () => {
  const date = new Date(0);
  assert.deepEqual(
    stored({ a: undefined, b: [undefined], c: () => 1, date }),
    { b: [null], date: date.toJSON() },
  );
});

Deno.test("deep values come back, in a text that is hardly longer than they are", () => {
  let deep: unknown = "\0";
  for (let n = 0; n < 2000; n++) deep = n % 2 ? [deep] : { '"': deep };
  const json = JSON.stringify(escaped(deep));
  assert.ok(json.length < 100_000, `${json.length}`);
  // assert.deepEqual does not go as deep.
  assert.equal(JSON.stringify(stored(deep)), JSON.stringify(deep));
});

Deno.test("texts of others that look escaped are left as they are", () => {
  const others = ["\u001a", "\u001a0041", "\u001ae000", { "\u001a": "x:1" }];
  assert.deepEqual(restored(others), others);
});
