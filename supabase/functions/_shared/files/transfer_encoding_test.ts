import assert from "node:assert/strict";
import { decoded } from "./transfer_encoding.ts";

/** The text that a part decodes to, if its bytes arrive in pieces of that size. */
async function text(encoding: string, content: string, size = 65536) {
  const bytes = new TextEncoder().encode(content);
  const chunks = decoded(
    encoding,
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) {
        yield await Promise.resolve(bytes.subarray(at, at + size));
      }
    })(),
  );
  const decoder = new TextDecoder();
  let all = "";
  for (let next; !(next = await chunks.next()).done;) {
    all += decoder.decode(next.value, { stream: true });
  }
  return all + decoder.decode();
}

const quoted: [what: string, encoded: string, content: string][] = [
  ["an escape", "gr=C3=B6=C3=9Fe", "größe"],
  ["a soft line break", "one =\r\nline", "one line"],
  ["a soft line break with padding after it", "one=  \t\r\nline", "oneline"],
  ["a soft line break at the end", "one=", "one"],
  ["padding at the end of a line", "one \t\r\ntwo  \nend", "one\r\ntwo\nend"],
  ["spaces within a line", "a  b", "a  b"],
  ["bare line breaks", "a=\nb\nc", "ab\nc"],
];
for (const [what, encoded, content] of quoted) {
  Deno.test(`quoted-printable: ${what}`, async () => {
    for (const size of [1, 3, 65536]) {
      assert.equal(await text("quoted-printable", encoded, size), content);
    }
  });
}

Deno.test("quoted-printable takes time in proportion to its length, whatever its lines hold", async () => {
  for (const row of [" ", "\t ", "= ", "=\n "]) {
    const start = performance.now();
    await text("quoted-printable", `${row.repeat(300_000)}x\r\n`)
      .catch(() => {});
    const ms = performance.now() - start;
    assert.ok(ms < 4000, `${JSON.stringify(row)}: ${ms} ms`);
  }
});
