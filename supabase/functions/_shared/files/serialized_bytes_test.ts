import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isSerializedBytes } from "./serialized_bytes.ts";

const bytes = crypto.getRandomValues(new Uint8Array(20_000));
const whole = JSON.stringify(bytes);

const is = (text: string, name = "photo.png") =>
  isSerializedBytes(new TextEncoder().encode(text), name);

Deno.test("a Uint8Array and a Buffer as JSON are recognised, whole or cut off anywhere", () => {
  for (const text of [whole, JSON.stringify(Buffer.from(bytes))]) {
    assert.ok(is(text));
    assert.ok(is(text, "unnamed"));
    for (let end = 100; end < 200; end++) assert.ok(is(text.slice(0, end)));
  }
});

Deno.test("a file that is named as JSON is the JSON that the client means", () => {
  for (const name of ["a.json", "a.NDJSON", "a.ipynb"]) {
    assert.ok(!is(whole, name));
  }
});

Deno.test("other JSON and texts are what they are", () => {
  const list = Array.from(bytes.subarray(0, 20));
  for (
    const value of [
      {},
      { 0: 1, 1: 2 },
      { ...list, name: "x" },
      { ...list, 7: 256 },
      { ...list, 7: 1.5 },
      { ...list, 7: "1" },
      Object.fromEntries(list.map((byte, index) => [index + 1, byte])),
      { type: "Buffer", data: [...list, -1] },
      { type: "Buffer", data: list, more: 1 },
      { type: "Other", data: list },
      list,
      "text",
    ]
  ) assert.ok(!is(JSON.stringify(value)), JSON.stringify(value));
  for (const text of ["", "{", '{"0":', "plain"]) assert.ok(!is(text), text);
});
