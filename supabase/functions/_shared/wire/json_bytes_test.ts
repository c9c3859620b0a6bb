import assert from "node:assert/strict";
import { endOfContainer, startOfContainer, stringBytes } from "./json_bytes.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const strings = [
  "",
  "plain",
  'a "quote" and a \\ and \\"both\\"',
  "\b\f\n\r\t/",
  "\u0001\u001f\u007f",
  "é ✓ 𝄞 \u2028",
  "\\u0041 is not A",
  "ends in a backslash \\",
  JSON.stringify({ a: ['b"', { "c\\": "\n" }] }),
];

for (const text of strings) {
  Deno.test(`the bytes of a string are those of its value: ${JSON.stringify(text)}`, () => {
    assert.equal(textOf(stringBytes(bytesOf(JSON.stringify(text)))), text);
  });
}

Deno.test("every way to escape a character is read", () => {
  const json =
    '"\\/\\u0041\\u00e9\\u20AC\\ud834\\udd1e\\uD834\\uDD1E\\u0000\\\\u0041"';
  assert.equal(textOf(stringBytes(bytesOf(json))), JSON.parse(json));
});

Deno.test("random text comes out as it went in", () => {
  const alphabet = ['"', "\\", "\n", "u", "0", "é", "𝄞", "\u0007", "a", "{"];
  for (let round = 0; round < 2000; round++) {
    const text = Array.from(
      { length: Math.floor(Math.random() * 40) },
      () => alphabet[Math.floor(Math.random() * alphabet.length)],
    ).join("");
    assert.equal(textOf(stringBytes(bytesOf(JSON.stringify(text)))), text);
  }
});

for (
  const json of [
    "",
    '"',
    "null",
    "{}",
    '"a',
    '"a\\"',
    '"\\x"',
    '"\\u00"',
    '"\\u00zz"',
  ]
) {
  Deno.test(`what is no JSON string is refused: ${json}`, () => {
    assert.throws(() => stringBytes(bytesOf(json)), SyntaxError);
  });
}

const containers = [
  "{}",
  "[]",
  '{"a":{"b":[]},"c":"}"}',
  '["]","\\"]",{"\\\\":"\\\\"},[["{"]]]',
  '{"a\\\\\\"":"\\\\\\\\\\"}{","b":[1,2,{"é":"𝄞"}]}',
];

for (const container of containers) {
  Deno.test(`a container ends and begins at its own brackets: ${container}`, () => {
    const before = '["[{",{"x":1},';
    const bytes = bytesOf(`${before}${container},{"]":"}"}]`);
    const start = bytesOf(before).byteLength;
    const end = start + bytesOf(container).byteLength;
    assert.equal(endOfContainer(bytes, start), end);
    assert.equal(startOfContainer(bytes, end - 1), start);
  });
}

Deno.test("a container that is cut is refused from both sides", () => {
  assert.throws(() => endOfContainer(bytesOf('{"a":"}'), 0), SyntaxError);
  assert.throws(() => endOfContainer(bytesOf("[[]"), 0), SyntaxError);
  assert.throws(() => startOfContainer(bytesOf('{"}'), 2), SyntaxError);
  assert.throws(() => startOfContainer(bytesOf("[]]"), 2), SyntaxError);
});
