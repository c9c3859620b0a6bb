import assert from "node:assert/strict";
import { Problem } from "../problems/problem.ts";
import { parseJson } from "./body.ts";

const MIB = 1024 * 1024;

/** The code of the problem that a body is; null if it is JSON. */
function problemOf(text: string): string | null {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error.code;
  }
}

Deno.test("values are counted, and not what is written in strings", () => {
  assert.equal(problemOf(`[${"0,".repeat(199_000)}0]`), null);
  assert.equal(problemOf(`[${"0,".repeat(200_000)}0]`), "validation_failed");
  assert.equal(problemOf(`[${"[],".repeat(100_000)}0]`), "validation_failed");
  assert.equal(problemOf(JSON.stringify("[,{".repeat(200_000))), null);
  assert.equal(problemOf(JSON.stringify('",["'.repeat(200_000))), null);
  assert.equal(problemOf(JSON.stringify("\\".repeat(300_000) + ",")), null);
});

const costly: [what: string, text: string][] = [
  ["a string of escaped quotes that does not end", `"${'\\"'.repeat(2 * MIB)}`],
  ["quotes", '"'.repeat(4 * MIB)],
  ["backslashes", `"${"\\".repeat(4 * MIB)}`],
  ["white space", " ".repeat(4 * MIB)],
];
for (const [what, text] of costly) {
  Deno.test(`a body takes time in proportion to its length: ${what}`, () => {
    const start = performance.now();
    assert.equal(problemOf(text), "malformed_request");
    const ms = performance.now() - start;
    assert.ok(ms < 4000, `${ms} ms`);
  });
}
