import assert from "node:assert/strict";
import { dispositionParameters } from "./disposition_parameters.ts";

const names: [header: string, filename: string | undefined][] = [
  ['form-data; name="f"; filename="a.txt"', "a.txt"],
  ['form-data; name="f"; filename="a"b".txt"', 'a"b".txt'],
  ["form-data; name=f; filename=my file.txt", "my file.txt"],
  ["form-data; filename=a.txt ; ;  ", "a.txt"],
  ['form-data; filename="a.txt"  ;  ', "a.txt"],
  ['form-data; filename="x;y.txt"; size=3', "x;y.txt"],
  ['form-data; filename="a\\"b.txt"', 'a"b.txt'],
  ['form-data; filename="C:\\dir\\a.txt"', "C:\\dir\\a.txt"],
  ['form-data; filename="unterminated.txt', "unterminated.txt"],
  ['form-data; filename=""', ""],
  ["form-data; FILENAME=a.txt; filename=b.txt", "a.txt"],
  ["form-data", undefined],
];
for (const [header, filename] of names) {
  Deno.test(`the file name in ${header}`, () => {
    assert.equal(dispositionParameters(header).get("filename"), filename);
  });
}

Deno.test("a header takes time in proportion to its length, whatever it holds", () => {
  const many = 200_000;
  const headers = [
    `form-data; filename="a"${" ".repeat(many)}x`,
    `form-data; filename=a${" ".repeat(many)}x`,
    `form-data; filename=a${";".repeat(many)}x`,
    `form-data; filename="${'"'.repeat(many)}x`,
    `form-data; filename="${'\\"'.repeat(many)}x`,
    `form-data; filename="${'";a'.repeat(many)}x`,
    `form-data${";a".repeat(many)}`,
    `form-data;${"a".repeat(many)}`,
  ];
  for (const header of headers) {
    const start = performance.now();
    dispositionParameters(header);
    const ms = performance.now() - start;
    assert.ok(ms < 4000, `${header.slice(0, 30)}: ${ms} ms`);
  }
});
