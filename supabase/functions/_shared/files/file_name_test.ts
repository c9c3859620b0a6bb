import assert from "node:assert/strict";
import { cleanFileName, fileNameFrom, partFileName } from "./file_name.ts";

/** Header bytes reach a function one character each. */
const latin1 = (text: string) =>
  String.fromCharCode(...new TextEncoder().encode(text));

const disposition = (value: string) =>
  fileNameFrom(new Headers({ "Content-Disposition": value }));

const invalid = { code: "validation_failed" };

Deno.test("Content-Disposition names a file by token, quoted string or filename*", () => {
  const cases: [string, string][] = [
    ["attachment; filename=a.txt", "a.txt"],
    ['attachment; filename="a b;c.txt"', "a b;c.txt"],
    ['attachment; filename="a \\"b\\" c.txt"', 'a "b" c.txt'],
    ['attachment;FILENAME = "a.txt"', "a.txt"],
    ['filename="a.txt"', "a.txt"],
    ["attachment; filename*=UTF-8''%e2%82%ac%20rates", "€ rates"],
    ["attachment; filename*=utf-8'en'a.txt", "a.txt"],
    ["attachment; filename=\"b.txt\"; filename*=UTF-8''a.txt", "a.txt"],
    ["attachment; filename*=UTF-8''a.txt; filename=\"b.txt\"", "a.txt"],
    ["attachment; filename*=ISO-8859-1''%e9; filename=b.txt", "b.txt"],
  ];
  for (const [header, name] of cases) {
    assert.equal(disposition(header), name, header);
  }
});

Deno.test("a filename inside of another parameter's quotes is none", () => {
  assert.equal(
    disposition('attachment; note="; filename=no.txt"; filename="yes.txt"'),
    "yes.txt",
  );
  assert.equal(
    disposition("attachment; filename=\"a; filename*=UTF-8''no.txt\""),
    "a; filename*=UTF-8''no.txt",
  );
});

Deno.test("raw UTF-8 and raw Latin-1 are understood", () => {
  assert.equal(
    disposition(`attachment; filename="${latin1("日本.txt")}"`),
    "日本.txt",
  );
  assert.equal(disposition('attachment; filename="caf\xe9.txt"'), "café.txt");
});

Deno.test("X-File-Name is percent-encoded UTF-8", () => {
  const named = (value: string) =>
    fileNameFrom(new Headers({ "X-File-Name": value }));
  assert.equal(named("%E6%97%A5%20%23.txt"), "日 #.txt");
  assert.throws(() => named("100%.txt"), invalid);
  assert.throws(() => named("%ff.txt"), invalid);
});

Deno.test("without a name a file is unnamed", () => {
  assert.equal(fileNameFrom(new Headers()), "unnamed");
  assert.equal(disposition("attachment"), "unnamed");
});

Deno.test("a path is its last segment", () => {
  for (const path of ["../x", "/etc/x", "C:\\dir\\x", "a/b\\x"]) {
    assert.equal(cleanFileName(path), "x", path);
  }
});

Deno.test("spaces at both ends of a name are kept", () => {
  for (const name of [" x.txt", "x.txt ", "\u3000x", "x\u00a0", "\ufeffx"]) {
    assert.equal(cleanFileName(name), name);
  }
  assert.equal(disposition('attachment; filename=" a.txt "'), " a.txt ");
});

Deno.test("what is not a name is refused", () => {
  for (
    const name of [
      "",
      " ",
      "\u3000\u00a0",
      ".",
      "..",
      "a/",
      "../..",
      "a\0b",
      "a\r\nb",
      "a\x7fb",
      "a\x85b",
      "a\u202egnp.exe",
      "a\u2066b",
      "\ud800",
    ]
  ) {
    assert.throws(() => cleanFileName(name), invalid, JSON.stringify(name));
  }
});

Deno.test("a name has up to 255 characters, however many bytes", () => {
  assert.equal(cleanFileName("😀".repeat(255)), "😀".repeat(255));
  assert.throws(() => cleanFileName("a".repeat(256)), invalid);
});

Deno.test("names of right-to-left and joining scripts are names", () => {
  for (const name of ["تقرير.pdf", "שלום.txt", "हिन्दी फ़ाइल.txt", "👩‍👩‍👧.png"]) {
    assert.equal(cleanFileName(name), name);
  }
});

Deno.test("a hostile header is read at once", () => {
  for (
    const piece of [";", "; ", ";filename", '\\"', ';filename="\\', "a=b;"]
  ) {
    const start = performance.now();
    try {
      disposition(piece.repeat(20_000));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "validation_failed");
    }
    assert.ok(performance.now() - start < 500, piece);
  }
});

Deno.test("names are read as browsers, curl and Python send them", () => {
  const cases: [string, string][] = [
    ["form-data; name=f; filename=my file.txt", "my file.txt"],
    ['form-data; name="f"; filename="a"b".txt"', 'a"b".txt'],
    ['form-data; name="f"; filename="a\\"b.txt"', 'a"b.txt'],
    ['form-data; name="f"; filename="a%22b.txt"', 'a"b.txt'],
    ['form-data; name="f"; filename="100%.txt"', "100%.txt"],
    ["form-data; name=f; filename*=\"UTF-8''a%20%E2%82%AC.txt\"", "a €.txt"],
    ["form-data; name=f; filename*=utf-8''%E2%82%AC.txt", "€.txt"],
    ["form-data; name=f; filename*=iso-8859-1'en'%A3.txt", "£.txt"],
    ['form-data; filename="C:\\dir\\x.txt"; name="f"', "x.txt"],
    ["form-data; filename=a;b.txt; name=f", "a;b.txt"],
    [`form-data; name="f"; filename="${latin1("日本.txt")}"`, "日本.txt"],
    ['form-data; name="f"; filename=""', "unnamed"],
    ['form-data; name="f"', "unnamed"],
  ];
  for (const [header, name] of cases) {
    assert.equal(partFileName(header), name, header);
  }
});
