import assert from "node:assert/strict";
import { declaredType, requireType } from "./declared_type.ts";

const unsupported = { code: "unsupported_media_type" };

Deno.test("a media type is parted from its parameters and lower-cased", () => {
  const cases: [string, string, string | null][] = [
    ["text/plain", "text/plain", null],
    [" Text/PLAIN ", "text/plain", null],
    ["text/plain;", "text/plain", null],
    ["text/plain ;charset=UTF-8", "text/plain", "charset=UTF-8"],
    ["text/plain;\tcharset=UTF-8", "text/plain", "charset=UTF-8"],
    ["text/csv; a=1; b=2", "text/csv", "a=1; b=2"],
    ['text/x; a="b; \\" c, d"', "text/x", 'a="b; \\" c, d"'],
    ["application/vnd.a+json", "application/vnd.a+json", null],
  ];
  for (const [header, essence, parameters] of cases) {
    const declared = declaredType(header);
    assert.deepEqual([declared.essence, declared.parameters], [
      essence,
      parameters,
    ]);
    assert.equal(declared.header, header.replaceAll("\t", " ").trim());
    assert.equal(requireType(header).essence, essence);
  }
});

Deno.test("a malformed media type declares nothing, and is refused where one is needed", () => {
  const malformed = [
    "",
    "text",
    "text/",
    "/plain",
    "*/*",
    "text/*",
    "text/pl ain",
    "text/plain, text/html",
    `text/${"x".repeat(128)}`,
    `text/plain; a=${"x".repeat(1000)}`,
  ];
  for (const header of malformed) {
    assert.equal(declaredType(header).essence, null, header);
    assert.throws(() => requireType(header), unsupported, header);
  }
  assert.equal(declaredType(undefined).header, null);
});

Deno.test("parameters that a browser could read as a second type are left out", () => {
  for (
    const parameters of [
      "x, text/html",
      "a=b, text/html",
      "a",
      "a=",
      'a="b',
      'a="b" c',
      "a=b\r\nX: y",
      "a=é",
    ]
  ) {
    const header = `text/plain; ${parameters}`;
    assert.equal(declaredType(header).parameters, null);
    assert.throws(() => requireType(header), unsupported);
  }
});

Deno.test("a hostile type is read at once", () => {
  for (
    const hostile of [
      `text/plain;${" ".repeat(200_000)}\nx`,
      `text/plain${"; ".repeat(490)}x`,
      `text/plain;${" ".repeat(980)}x`,
      `text/plain; a="${"\\a".repeat(400)}`,
    ]
  ) {
    const start = performance.now();
    assert.equal(declaredType(hostile).parameters, null);
    assert.throws(() => requireType(hostile), unsupported);
    assert.ok(performance.now() - start < 100);
  }
});
