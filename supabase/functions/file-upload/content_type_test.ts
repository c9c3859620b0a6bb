import assert from "node:assert/strict";
import { parseContentType, refuseContradiction } from "./content_type.ts";

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
    assert.deepEqual(parseContentType(header), { essence, parameters });
  }
});

Deno.test("what is no media type is unsupported", () => {
  const malformed = [
    undefined,
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
    assert.throws(() => parseContentType(header), unsupported, header);
  }
});

Deno.test("parameters that a browser could read as a second type are refused", () => {
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
    assert.throws(
      () => parseContentType(`text/plain; ${parameters}`),
      unsupported,
    );
  }
});

Deno.test("a hostile type is refused at once", () => {
  for (
    const hostile of [
      `text/plain;${" ".repeat(200_000)}\nx`,
      `text/plain${"; ".repeat(490)}x`,
      `text/plain;${" ".repeat(980)}x`,
      `text/plain; a="${"\\a".repeat(400)}`,
    ]
  ) {
    const start = performance.now();
    assert.throws(() => parseContentType(hostile), unsupported);
    assert.ok(performance.now() - start < 100);
  }
});

const bytes = (text: string) => new TextEncoder().encode(text);
const refused = { code: "type_mismatch" };

Deno.test("text may be any text, XML, RTF, calendars and UTF-16 with a mark included", async () => {
  const texts = [
    bytes(""),
    bytes("plain"),
    bytes('<?xml version="1.0"?><a/>'),
    bytes("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
    bytes("BEGIN:VCARD\r\nVERSION:3.0\r\n"),
    bytes("{\\rtf1 text}"),
    bytes("\ufeffwith a mark"),
    new Uint8Array([0xff, 0xfe, 0x61, 0]),
    new Uint8Array([0xfe, 0xff, 0, 0x61]),
    new Uint8Array([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
    new Uint8Array([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]),
    new Uint8Array([0x63, 0x61, 0x66, 0xe9]),
  ];
  for (const sample of texts) {
    await refuseContradiction("text/plain", sample);
    await refuseContradiction("application/json", sample);
  }
});

Deno.test("a text may begin with the letters of a binary format", async () => {
  const beginnings = [
    "BMI of patients",
    "MZ, a newspaper",
    "BZh",
    "ID3 learns trees",
    "GIF is a format",
    "solid state physics",
    "FORM 1040",
    "AC1015",
    "-----BEGIN PGP MESSAGE-----",
    "%!PS-Adobe-3.0",
    "G".repeat(400),
    "BM caf\xe9",
  ];
  for (const beginning of beginnings) {
    const sample = bytes(`${beginning}\r\n\tand so on. `.repeat(20));
    await refuseContradiction("text/plain", sample);
  }
});

Deno.test("text without a mark holds no NUL and is no known binary format", async () => {
  const binaries = [
    bytes("a\0b"),
    bytes("%PDF-1.7\n"),
    bytes("GIF89a........"),
    new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    new Uint8Array([0x4d, 0x5a, 0x90, 0x03, 0x20, 0x20]),
    new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0x20, 0x20]),
  ];
  for (const sample of binaries) {
    await assert.rejects(refuseContradiction("text/plain", sample), refused);
  }
});

Deno.test("a PDF and an image are recognized as what they are declared", async () => {
  await refuseContradiction("application/pdf", bytes("%PDF-1.7\n"));
  await refuseContradiction("image/gif", bytes("GIF89a........"));
  await assert.rejects(
    refuseContradiction("image/gif", bytes("%PDF-1.7\n")),
    {
      code: "type_mismatch",
      extension: { declared: "image/gif", found: "application/pdf" },
    },
  );
  await assert.rejects(
    refuseContradiction("image/webp", new Uint8Array()),
    { extension: { declared: "image/webp", found: null } },
  );
});

Deno.test("an SVG is text with an svg element", async () => {
  const svg = "image/svg+xml";
  await refuseContradiction(svg, bytes("<svg>"));
  await refuseContradiction(svg, bytes('<?xml version="1.0"?>\n<SVG a="1"/>'));
  for (const sample of ["", "<svgs>", "svg", "%PDF-1.7 <svg>", "\0<svg>"]) {
    await assert.rejects(refuseContradiction(svg, bytes(sample)), refused);
  }
});
