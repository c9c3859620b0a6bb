/** JSON bodies: parsed, taken apart, and looked at for what cannot be stored. */
import assert from "node:assert/strict";
import { parseExact } from "../../supabase/functions/mcp/exact_json.ts";
import { parseJson } from "../../supabase/functions/_shared/http/body.ts";
import { isSerializedBytes } from "../../supabase/functions/_shared/files/serialized_bytes.ts";
import {
  elementsOf,
  membersOf,
  objectText,
} from "../../supabase/functions/_shared/wire/json_text.ts";
import { findUnstorable } from "../../supabase/functions/_shared/wire/storable.ts";
import { isJsonObject } from "../../supabase/functions/_shared/wire/rules.ts";
import { fc, orProblem, textOf } from "./properties.ts";

/** JSON as people and programs write it: with spaces, escapes, repeated members and numbers of any size. */
const texts: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(
        "null",
        "true",
        "1e400",
        "-0.0",
        "12345678901234567890",
        "1.50",
      ),
      fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
      fc.string().map((text) =>
        JSON.stringify(text).replaceAll("a", "\\u0061")
      ),
    ),
    fc.array(tie("value"), { maxLength: 4 })
      .map((values) => `[ ${values.join(" ,")}\n]`),
    fc.array(fc.tuple(fc.string({ unit: "binary" }), tie("value")), {
      maxLength: 4,
    })
      .map((members) =>
        `{${
          members.map(([key, value]) => `\t${JSON.stringify(key)} : ${value} `)
            .join(",")
        }}`
      ),
  ),
})).value;

Deno.test("any text is JSON as JSON.parse has it, or malformed_request", () => {
  const any = fc.oneof(
    texts,
    textOf(["{", "}", "[", "]", ":", "1", "null", "\\u00"]),
  );
  fc.assert(fc.property(any, (text) => {
    const value = orProblem(["malformed_request"], () => [parseJson(text)]);
    if (value !== null) assert.deepEqual(value, [JSON.parse(text)]);
    isJsonObject(text);
  }));
});

Deno.test("what is taken apart and put together again is the same", () => {
  fc.assert(fc.property(texts, (text) => {
    const value = JSON.parse(text);
    if (Array.isArray(value)) {
      assert.deepEqual(elementsOf(text).map((one) => JSON.parse(one)), value);
    } else if (typeof value === "object" && value !== null) {
      const members = membersOf(text);
      assert.deepEqual(JSON.parse(objectText(members)), value);
      // Nothing is rewritten: each value is a part of the text as it was.
      for (const [, member] of members) assert.ok(text.includes(member));
    }
  }));
});

Deno.test("numbers keep their spelling", () => {
  fc.assert(fc.property(texts, (text) => {
    const numbers = (json: string) =>
      json.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/-?\d[\d.eE+-]*/g) ?? [];
    const isRepeated = JSON.stringify(JSON.parse(text)).length <
      JSON.stringify(parseExact(text)).length / 2;
    // A repeated member leaves its last value alone.
    fc.pre(!isRepeated && !hasRepeatedMember(text));
    const written = JSON.stringify(parseExact(text));
    assert.deepEqual(numbers(written).sort(), [...numbers(text)].sort());
  }));
});

function hasRepeatedMember(text: string): boolean {
  const value = JSON.parse(text);
  if (Array.isArray(value)) return elementsOf(text).some(hasRepeatedMember);
  if (typeof value !== "object" || value === null) return false;
  const members = membersOf(text);
  return new Set(members.map(([key]) => key)).size < members.length ||
    members.some(([key, member]) =>
      key === "__proto__" || hasRepeatedMember(member)
    );
}

Deno.test("what cannot be stored is found where it is, and nothing else", () => {
  fc.assert(fc.property(texts, (text) => {
    const value = JSON.parse(text);
    const findings = findUnstorable(value);
    const isWhole = JSON.stringify(value).isWellFormed() &&
      !/\\u0000|\\ud[89a-f]/i.test(
        JSON.stringify(value).replaceAll("\\\\", ""),
      );
    assert.equal(findings.length === 0, isWhole);
  }));
});

Deno.test("bytes that a client has made JSON of are recognised", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 8 }), (bytes) => {
    const encode = (value: unknown) =>
      new TextEncoder().encode(JSON.stringify(value));
    const asBuffer = { type: "Buffer", data: [...bytes] };
    assert.ok(isSerializedBytes(encode(bytes), "photo.png"));
    assert.ok(isSerializedBytes(encode(asBuffer), "photo.png"));
    assert.ok(!isSerializedBytes(encode(bytes), "data.json"));
  }));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    isSerializedBytes(bytes, "a.txt");
  }));
});
