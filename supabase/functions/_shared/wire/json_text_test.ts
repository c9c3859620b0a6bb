import assert from "node:assert/strict";
import { elementsOf, membersOf, objectText } from "./json_text.ts";

Deno.test("values come out as the text that they were", () => {
  const object =
    ' { "b" : 1.0e400 , "1":"\\u00e9 \\"},{" ,"a":[1, {"x":","}], "b":{ } } ';
  assert.deepEqual(membersOf(object), [
    ["b", "1.0e400"],
    ["1", '"\\u00e9 \\"},{"'],
    ["a", '[1, {"x":","}]'],
    ["b", "{ }"],
  ]);
});

Deno.test("a key may have escapes, and a value may end in backslashes", () => {
  assert.deepEqual(membersOf('{"\\"k\\\\":"v\\\\","x":"\\\\\\""}'), [
    ['"k\\', '"v\\\\"'],
    ["x", '"\\\\\\""'],
  ]);
});

Deno.test("elements of an array are split at its own commas only", () => {
  assert.deepEqual(elementsOf('[{"a":[1,2]}, "b,c" ,null]'), [
    '{"a":[1,2]}',
    '"b,c"',
    "null",
  ]);
});

Deno.test("an empty container has no element", () => {
  assert.deepEqual([elementsOf("[]"), elementsOf("[ ]"), membersOf("{ }")], [
    [],
    [],
    [],
  ]);
});

Deno.test("an object of members is the object again", () => {
  const object = '{"a":1.0,"b":"\\u00e9","a":[ ]}';
  assert.equal(objectText(membersOf(object)), object);
});
