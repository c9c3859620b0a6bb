import assert from "node:assert/strict";
import { fitsUtf8, text, wholeNumber } from "./rules.ts";

Deno.test("text is counted in code points", () => {
  const schema = text(1, 2);
  for (const accepted of ["a", "ab", "😀😀", "e\u0301"]) {
    assert.ok(schema.safeParse(accepted).success, accepted);
  }
  for (const refused of ["", "abc", "😀😀😀", 1, null]) {
    assert.ok(!schema.safeParse(refused).success, String(refused));
  }
});

Deno.test("the bytes of UTF-8 are what counts, at the limit and one past it", () => {
  const cases: [string, number][] = [["", 0], ["abc", 3], ["é", 2], ["€", 3], [
    "😀",
    4,
  ], ["a😀", 5]];
  for (const [value, bytes] of cases) {
    assert.ok(fitsUtf8(value, bytes), value);
    assert.ok(bytes === 0 || !fitsUtf8(value, bytes - 1), value);
  }
});

Deno.test("a whole number is digits within its bounds, and nothing that only looks like one", () => {
  const schema = wholeNumber(1, 500);
  assert.equal(schema.parse("1"), 1);
  assert.equal(schema.parse("500"), 500);
  assert.equal(schema.parse("007"), 7);
  for (
    const refused of [
      "",
      "0",
      "501",
      "-1",
      "+1",
      "1.0",
      "1e2",
      " 1",
      "0x1",
      "１",
      "1".repeat(17),
    ]
  ) {
    assert.ok(!schema.safeParse(refused).success, refused);
  }
  assert.equal(
    wholeNumber(0).parse(`${Number.MAX_SAFE_INTEGER}`),
    Number.MAX_SAFE_INTEGER,
  );
  assert.ok(!wholeNumber(0).safeParse("9007199254740993").success);
});
