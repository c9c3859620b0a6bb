/** The names of files, in headers and forms. */
import assert from "node:assert/strict";
import { contentDisposition } from "../../supabase/functions/_shared/files/disposition.ts";
import { dispositionParameters } from "../../supabase/functions/_shared/files/disposition_parameters.ts";
import {
  cleanFileName,
  fileNameFrom,
  partFileName,
} from "../../supabase/functions/_shared/files/file_name.ts";
import { fc, headerOf, orProblem, textOf } from "./properties.ts";

const GRAMMAR = [
  "form-data",
  "; filename=",
  '; filename="',
  "; filename*=UTF-8''",
  "; filename*=iso-8859-1'en'",
  "filename",
  "=",
  "%e4",
  "%C3%A4",
  "%00",
  "%",
  "\\",
  "'",
  "/",
  "..",
  "a.txt",
  "\u202e",
  "x".repeat(250),
];

/** Names that can be stored, as far as a random text is one. */
const names = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  .map((text) => orProblem(["validation_failed"], () => cleanFileName(text)))
  .filter((name) => name !== null);

Deno.test("any name is cleaned or refused, and a clean one stays as it is", () => {
  fc.assert(fc.property(textOf(GRAMMAR), (text) => {
    const name = orProblem(["validation_failed"], () => cleanFileName(text));
    if (name === null) return;
    assert.equal(cleanFileName(name), name);
    assert.ok(!/[/\\\p{Cc}]/u.test(name) && name.isWellFormed());
    assert.ok([...name].length <= 255);
  }));
});

Deno.test("any headers give a name or validation_failed", () => {
  fc.assert(
    fc.property(headerOf(GRAMMAR), headerOf(GRAMMAR), (disposition, plain) => {
      const headers = new Headers({
        "Content-Disposition": disposition,
        "X-File-Name": plain,
      });
      orProblem(["validation_failed"], () => fileNameFrom(headers));
    }),
  );
});

Deno.test("any disposition of a part gives a name or validation_failed", () => {
  const seen = { name: 0, refused: 0 };
  fc.assert(fc.property(textOf(GRAMMAR), (disposition) => {
    const read = () => partFileName(disposition);
    const name = orProblem(["validation_failed"], read);
    if (name === null) seen.refused++;
    else if (name !== "unnamed") seen.name++;
  }));
  // Or the inputs would say little.
  assert.ok(seen.name > 5 && seen.refused > 5, JSON.stringify(seen));
});

Deno.test("a name that a download states is read back from that header", () => {
  fc.assert(fc.property(names, (name) => {
    const disposition = contentDisposition(name, "text/plain");
    assert.match(disposition, /^[\x20-\x7e]*$/);
    const headers = new Headers({ "Content-Disposition": disposition });
    assert.equal(fileNameFrom(headers), name);
  }));
});

Deno.test("a name in X-File-Name is read back", () => {
  fc.assert(fc.property(names, (name) => {
    const headers = new Headers({ "X-File-Name": encodeURIComponent(name) });
    assert.equal(fileNameFrom(headers), name);
  }));
});

Deno.test("a quoted parameter is read back", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
      // A quote before what looks like another parameter is taken for the closing one: some clients escape none.
      fc.pre(!/"\s*(;|$)|\\$/.test(one + " ") && !/"\s*(;|$)/.test(other));
      fc.pre(!/\\$/.test(other));
      const parameters = dispositionParameters(
        `form-data; name=${quoted(one)}; filename=${quoted(other)}`,
      );
      assert.equal(parameters.get("name"), one);
      assert.equal(parameters.get("filename"), other);
    }),
  );
});

Deno.test("a header is read in linear time", () => {
  const length = 200_000;
  const many = fc.constantFrom(
    " ",
    '"',
    "\\",
    ";",
    "a",
    "=",
    '" ',
    '"; ',
    ";a",
    "; a =",
    '\\"',
    "%",
  );
  fc.assert(
    fc.property(
      many,
      many,
      fc.constantFrom("", "x", '"', ";"),
      (first, then, end) => {
        const half = (part: string) => part.repeat(length / 2 / part.length);
        const header = `form-data; filename="a"${half(first)}${
          half(then)
        }${end}`;
        const startedAt = performance.now();
        dispositionParameters(header);
        dispositionParameters(header.replace('"a"', "a"));
        // Quadratic time is minutes.
        assert.ok(performance.now() - startedAt < 5000, `${first}${then}`);
      },
    ),
    { numRuns: 200 },
  );
});
