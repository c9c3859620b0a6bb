import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import { download, leftBy, nothing, text, upload } from "./uploading.ts";

const owner = await signUp("names");

/** filename* as RFC 8187 wants it, NUL and line breaks included. */
const star = (name: string) =>
  `attachment; filename*=UTF-8''${
    encodeURIComponent(name).replace(
      /['()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16)}`,
    )
  }`;

const named = (name: string, actor = owner) =>
  upload(actor, text(40), { disposition: star(name) });

async function assertStoredUnderItsId(id: string): Promise<void> {
  const paths = await withSql((sql) =>
    sql<
      { storage_path: string; name: string | null; content_id: string }[]
    >`
      select c.storage_path, o.name, c.id as content_id
      from continuum.files f
      join continuum.file_contents c on c.id = f.content_id
      left join storage.objects o on o.bucket_id = c.bucket and o.name = c.storage_path
      where f.id = ${id}
    `
  );
  assert.equal(paths.length, 1);
  for (const { storage_path, name, content_id } of paths) {
    assert.equal(storage_path, `${owner.id}/${content_id}`);
    assert.equal(name, storage_path);
  }
}

const kept = [
  "  around.txt  ",
  "report.txt",
  "with spaces  twice.txt",
  "#1 & 2 + 3? = 100%.txt",
  "%2e%2e%2f.txt",
  "quotes \" and '.txt",
  "semi;colon,comma=equals.txt",
  "(parens) [brackets] {braces} *stars*.txt",
  "<script>alert(1)</script>.txt".replace("/", ""),
  ".hidden",
  "...",
  "no extension",
  "تقرير سنوي.txt",
  "日本語のファイル.txt",
  "हिन्दी फ़ाइल.txt",
  "שלום עולם.txt",
  "e\u0301 is not \u00e9.txt",
  "👩‍👩‍👧‍👦 family.txt",
  "CON",
  "a".repeat(255),
  "語".repeat(255),
];

for (const name of kept) {
  const shown = name.length > 60
    ? `${name.slice(0, 8)}… (${name.length})`
    : name;
  Deno.test(`a name comes down as it went up: ${shown}`, async () => {
    const { status, body } = await named(name);
    assert.equal(status, 201);
    assert.equal(body.file.original_name, name);
    assert.equal((await download(owner, body.file.id)).name, name);
    await assertStoredUnderItsId(body.file.id);
  });
}

const segments: [string, string][] = [
  ["../x", "x"],
  ["../../../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\x.txt", "x.txt"],
  ["..\\..\\x.txt", "x.txt"],
  ["/absolute.txt", "absolute.txt"],
];

for (const [path, name] of segments) {
  Deno.test(`a path is only its last segment: ${path}`, async () => {
    const { status, body } = await named(path);
    assert.equal(status, 201);
    assert.equal(body.file.original_name, name);
    assert.equal((await download(owner, body.file.id)).name, name);
    await assertStoredUnderItsId(body.file.id);
  });
}

const refused: [string, string][] = [
  ["NUL", "a\0.txt"],
  ["CR LF", "a\r\nX-Evil: 1.txt"],
  ["a tab", "a\tb.txt"],
  ["DEL", "a\x7f.txt"],
  ["a C1 control", "a\x9b.txt"],
  ["a right-to-left override", "invoice\u202etxt.exe"],
  ["a right-to-left embedding", "a\u202bb.txt"],
  ["an isolate", "a\u2067b\u2069.txt"],
  ["nothing but dots", ".."],
  ["nothing but a folder", "folder/"],
  ["spaces alone", "   "],
  ["256 characters", "a".repeat(256)],
  ["10 KB", "a".repeat(10_240)],
];

for (const [what, name] of refused) {
  Deno.test(`a name is refused that is or holds ${what}`, async () => {
    const actor = await signUp("names");
    const answer = await named(name, actor);
    assertProblem(answer, 422, "validation_failed");
    assert.equal(answer.body.errors[0].pointer, "/original_name");
    assert.deepEqual(await leftBy(actor), nothing);
  });
}

Deno.test("a name that is no percent-encoded UTF-8 is refused", async () => {
  for (const name of ["%", "%zz", "%ff", "%ed%a0%80"]) {
    const disposition = `attachment; filename*=UTF-8''${name}`;
    const answer = await upload(owner, text(40), { disposition });
    assertProblem(answer, 422, "validation_failed");
    const headers = { "X-File-Name": name };
    const other = await upload(owner, text(40), { headers });
    assertProblem(other, 422, "validation_failed");
  }
});

Deno.test("a quoted filename keeps quotes by escape, and raw UTF-8", async () => {
  const raw = String.fromCharCode(...new TextEncoder().encode("日本 é.txt"));
  const cases: [string, string][] = [
    ['attachment; filename="a \\"b\\".txt"', 'a "b".txt'],
    [`attachment; filename="${raw}"`, "日本 é.txt"],
  ];
  for (const [disposition, name] of cases) {
    const { body } = await upload(owner, text(40), { disposition });
    assert.equal(body.file.original_name, name);
  }
});
