import { fileTypeFromBuffer } from "file-type";
import assert from "node:assert/strict";
import { declaredType } from "./declared_type.ts";
import { judgeContent } from "./content.ts";
import { isText } from "./text.ts";

interface Hints {
  declared?: string;
  name?: string;
  bucket?: string;
}

const judged = async (
  sample: Uint8Array,
  { declared, name = "file", bucket = "user-files" }: Hints = {},
) =>
  (await judgeContent({ bucket, name, type: declaredType(declared) }, sample))
    .mimeType;

const bytes = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
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
    assert.equal(await judged(sample, { declared: "text/x-y" }), "text/x-y");
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
    assert.equal(await judged(sample, { declared: "text/x-y" }), "text/x-y");
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
    assert.equal(
      isText(sample, (await fileTypeFromBuffer(sample))?.mime),
      false,
    );
  }
});

Deno.test("a text has its declared text type, else that of its name, else text/plain", async () => {
  const cases: [Hints, string][] = [
    [{ declared: "text/x-mine", name: "a.ts" }, "text/x-mine"],
    [{ declared: "video/mp2t", name: "a.ts" }, "text/typescript"],
    [{ declared: "application/octet-stream", name: "a.py" }, "text/x-python"],
    [{ name: "a.yaml" }, "text/yaml"],
    [{ declared: "application/x-shellscript", name: "run" }, "text/plain"],
    [{ declared: "application/json", name: "a.json" }, "text/json"],
    [
      { declared: "application/json", bucket: "generated-files" },
      "application/json",
    ],
    [{ name: "Makefile" }, "text/plain"],
    [{ name: ".gitignore" }, "text/plain"],
    // What browsers on Linux declare for TypeScript and reStructuredText.
    [
      { declared: "text/vnd.trolltech.linguist", name: "a.ts" },
      "text/typescript",
    ],
    [{ declared: "text/prs.fallenstein.rst", name: "a.rst" }, "text/x-rst"],
    [{ declared: "text/vnd.graphviz", name: "a.dot" }, "text/vnd.graphviz"],
  ];
  for (const [hints, type] of cases) {
    assert.equal(await judged(bytes("hello"), hints), type);
  }
});

Deno.test("UTF-16 without a mark is text if it is mostly ASCII", async () => {
  const utf16 = (text: string, littleEndian: boolean) => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let at = 0; at < text.length; at++) {
      view.setUint16(2 * at, text.charCodeAt(at), littleEndian);
    }
    return new Uint8Array(view.buffer);
  };
  const text = 'STRINGTABLE\r\nBEGIN\r\n  1 "\u00dcber\u2026"\r\nEND\r\n';
  for (const littleEndian of [true, false]) {
    const name = "resource.sql";
    assert.equal(
      await judged(utf16(text, littleEndian), { name }),
      "text/x-sql",
    );
    for (const binary of ["PCM\0\0\0silence", "\x01\x02\x03\x04\x05\x06"]) {
      await assert.rejects(judged(utf16(binary, littleEndian)), refused);
    }
  }
});

Deno.test("images of formats that few systems know are images", async () => {
  const heads: [string, string][] = [
    ["\x76\x2f\x31\x01\x02\0\0\0", "image/x-exr"],
    ["DDS |\0\0\0\x07\x10\0\0", "image/vnd.ms-dds"],
    ["#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n\0", "image/vnd.radiance"],
    ["\xabKTX 20\xbb\r\n\x1a\n\0\0", "image/ktx2"],
    ["farbfeld\0\0\0\x01", "image/x-farbfeld"],
    ["\x0a\x05\x01\x08\0\0\0\0", "image/x-pcx"],
    ["AT&TFORM\0\0\x10\0DJVUINFO", "image/vnd.djvu"],
    ["\xd7\xcd\xc6\x9a\0\0\0\0", "image/wmf"],
  ];
  for (const [head, type] of heads) {
    const sample = latin1(`${head}${"\0\x01".repeat(100)}`);
    assert.equal(await judged(sample), type);
  }
});

Deno.test("UTF-16 with a mark is text whatever its name and whatever it resembles", async () => {
  const reg = "\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_USERS]";
  const wide = new Uint8Array(
    new Uint16Array(
      Array.from(reg, (c) => c.charCodeAt(0)),
    ).buffer,
  );
  assert.equal(await judged(wide, { name: "a.reg" }), "text/plain");
  assert.equal(
    await judged(wide, { declared: "application/octet-stream" }),
    "text/plain",
  );
  // The frames of MPEG audio begin with the same two bytes.
  const mpeg = Uint8Array.from(
    { length: 2000 },
    (_, i) => i < 2 ? [0xff, 0xfe][i]! : i * 7,
  );
  await assert.rejects(judged(mpeg), refused);
});

/** The beginning of an ISO base media file with these brands. */
function branded(major: string, ...compatible: string[]): Uint8Array {
  const size = 16 + 4 * compatible.length;
  return latin1(
    `\0\0\0${String.fromCharCode(size)}ftyp${major}\0\0\0\0${
      compatible.join("")
    }\0\0\0\x08mdat`,
  );
}

Deno.test("images are known by their bytes, with the names of their family", async () => {
  const cases: [Uint8Array, string | undefined, string][] = [
    [bytes("GIF89a........\0"), undefined, "image/gif"],
    [branded("heic", "mif1"), "image/heif", "image/heif"],
    [branded("mif1", "heic"), "image/heic", "image/heic"],
    [branded("mif1", "heic"), undefined, "image/heic"],
    [branded("heix", "mif1"), undefined, "image/heic"],
    [branded("mif1", "miaf"), undefined, "image/heif"],
    [branded("avif", "mif1"), "application/octet-stream", "image/avif"],
    [branded("mif1", "avif"), undefined, "image/avif"],
    [branded("avis", "msf1"), undefined, "image/avif"],
    // The directory is behind the sample, or where the sample does not reach.
    [
      latin1("II*\0\xff\xff\xff\x0f" + "\x80\x01".repeat(40_000)),
      "image/tiff",
      "image/tiff",
    ],
    [
      latin1("MM\0*\x0f\xff\xff\xff" + "\x80\x01".repeat(40_000)),
      undefined,
      "image/tiff",
    ],
    [
      latin1("P6 1 1 255\n\0\0\0"),
      "image/x-portable-pixmap",
      "image/x-portable-pixmap",
    ],
  ];
  for (const [sample, declared, type] of cases) {
    assert.equal(await judged(sample, { declared }), type);
  }
  await assert.rejects(judged(branded("isom", "mp42")), refused);
  await assert.rejects(judged(branded("qt  ")), refused);
});

Deno.test("a PDF may begin within the first 1,024 bytes, and a text may mention its header", async () => {
  const pdf = (before: string) =>
    latin1(`${before}%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\x01`);
  assert.equal(await judged(pdf("")), "application/pdf");
  assert.equal(await judged(pdf("\r\n".repeat(500))), "application/pdf");
  await assert.rejects(judged(pdf(" ".repeat(1025))), refused);
  assert.equal(await judged(bytes("%PDF-1.4\n1 0 obj")), "application/pdf");
  const prose = bytes("A PDF begins with %PDF- and a version.");
  assert.equal(await judged(prose, { name: "pdf.md" }), "text/markdown");
  assert.equal(await judged(prose, { name: "a.pdf" }), "application/pdf");
});

Deno.test("an SVG is known after any prologue, unless it is declared as another text", async () => {
  const prologues = [
    "",
    "\ufeff",
    '<?xml version="1.0"?>\n',
    '<!-- <svg> it\'s a "comment" -->\n',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://a/svg11.dtd">\n',
    '<!DOCTYPE svg [\n<!ENTITY ns "http://a">\n<!-- it\'s -->]>\n',
    `<!-- ${"license ".repeat(4000)} -->`,
  ];
  for (const prologue of prologues) {
    for (const root of ["<svg>", '<svg xmlns="http://a"/>', "<svg:svg >"]) {
      assert.equal(
        await judged(bytes(prologue + root)),
        "image/svg+xml",
        prologue.slice(0, 40),
      );
    }
  }
  const long = bytes(`<!-- ${"x".repeat(70_000)}`).subarray(0, 65_536);
  assert.equal(await judged(long, { name: "a.svg" }), "image/svg+xml");
  assert.equal(
    await judged(bytes("<svg/>"), { declared: "text/html" }),
    "text/html",
  );
  for (const text of ["", "<svgs>", "svg", "<html><svg></html>"]) {
    assert.equal(
      await judged(bytes(text), { declared: "image/svg+xml" }),
      "text/plain",
    );
  }
});

Deno.test("a hostile prologue is read at once", async () => {
  for (
    const piece of [
      "<!--",
      "<!-- -->",
      "<?",
      "<!DOCTYPE ",
      "<!DOCTYPE a [<!--a-->",
      " ",
      "<!DOCTYPE a ['",
      "-",
    ]
  ) {
    const sample = bytes(piece.repeat(65_536)).subarray(0, 65_536);
    const start = performance.now();
    await judged(sample, { name: "a.svg" });
    assert.ok(performance.now() - start < 1000, piece);
  }
});

Deno.test("what is neither is refused with its name, what was declared and what was found", async () => {
  await assert.rejects(
    judged(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), {
      declared: "text/plain; charset=utf-8",
      name: "a.gz",
    }),
    {
      code: "type_mismatch",
      extension: {
        file: "a.gz",
        declared: "text/plain; charset=utf-8",
        found: "application/gzip",
      },
    },
  );
  await assert.rejects(judged(bytes("\x05\0\x06")), {
    extension: { file: "file", declared: null, found: null },
  });
  // What is left of an image could be text in some old encoding.
  await assert.rejects(
    judged(latin1("\x89PNG"), { declared: "image/png" }),
    refused,
  );
});
