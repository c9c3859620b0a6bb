import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { findUnstorable, storable, textFault } from "./storable.ts";

const paths = (value: unknown) => findUnstorable(value).map(({ path }) => path);

Deno.test("ordinary JSON is storable, whatever its text", () => {
  const value = {
    text: "a\u0001\uffff\u2028😀",
    "": [null, true, 0, 1.5, 1e-300, Number.MAX_SAFE_INTEGER],
    nested: { a: { b: { c: [] } } },
  };
  assert.deepEqual(findUnstorable(value), []);
  for (const bare of ["", null, 1, true, [], {}]) {
    assert.deepEqual(paths(bare), []);
  }
});

Deno.test("U+0000 and lone surrogates are found in values and in keys, by their path", () => {
  assert.deepEqual(paths("a\u0000"), [[]]);
  assert.deepEqual(paths({ a: [1, "\ud800"] }), [["a", "1"]]);
  assert.deepEqual(paths({ "k\u0000": 1 }), [["k\u0000"]]);
  assert.deepEqual(paths({ "\udfff": "\u0000" }), [["\udfff"], ["\udfff"]]);
});

Deno.test("a surrogate pair is no fault, its halves in the wrong order are", () => {
  assert.equal(textFault("\ud83d\ude00"), null);
  assert.notEqual(textFault("\ude00\ud83d"), null);
});

Deno.test("no number is a fault, since the text of a body is what is stored", () => {
  assert.deepEqual(paths(JSON.parse("[9007199254740993, 1e400, -1e400]")), []);
});

Deno.test("nesting without end is one finding and no overflow", () => {
  const deep = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));
  const findings = findUnstorable(deep);
  assert.equal(findings.length, 1);
  assert.match(findings[0]!.detail, /nested deeper than 100 levels/);
});

Deno.test("findings come in document order and stop at 20", () => {
  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`k${n}`, "\u0000"]),
  );
  assert.deepEqual(
    paths(many),
    Array.from({ length: 20 }, (_, n) => [`k${n}`]),
  );
});

Deno.test("a schema behind storable is not asked about what cannot be stored", () => {
  let asked = false;
  const schema = storable(z.custom(() => asked = true));
  const result = schema.safeParse({ a: "\u0000" });
  assert.equal(result.success, false);
  assert.deepEqual(result.error?.issues[0]?.path, ["a"]);
  assert.equal(asked, false);
});
