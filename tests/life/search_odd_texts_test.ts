/** That no text is too odd to be stored: what the index cannot hold is indexed less. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { hitsIn } from "./searching.ts";

const owner = await signUp("owner");

/** Numbers that look random and are the same in every run. */
function* numbers(seed = 1): Generator<number> {
  for (let state = seed;; state = (state * 48271) % 2147483647) yield state;
}

function repeated(length: number, next: (n: number) => string): string {
  let text = "needle ";
  for (const n of numbers()) {
    text += next(n);
    if (text.length >= length) break;
  }
  return text.slice(0, length);
}

const hangul = (n: number) => String.fromCharCode(0xac00 + n % 11172);
const texts: Record<string, string> = {
  "Hangul with hyphens": repeated(
    200_000,
    (n) => `${hangul(n)}${hangul(n >> 3)}-${hangul(n >> 5)}${hangul(n >> 7)} `,
  ),
  "words that are all different": repeated(
    200_000,
    (n) => `ж${n.toString(36)} `,
  ),
  "long words of four bytes a character": repeated(
    200_000,
    (n) =>
      String.fromCodePoint(0x1d400 + n % 52).repeat(3) + (n % 7 ? "" : " "),
  ),
  "ideographs": repeated(
    200_000,
    (n) => String.fromCharCode(0x4e00 + n % 20000),
  ),
  "hyphens": `needle ${"-".repeat(200_000)}`,
  "one word": `needle ${"x".repeat(200_000)}`,
  "one word of two bytes a character": `needle ${"ж".repeat(200_000)}`,
  "changing case": `needle ${"aB".repeat(100_000)}`,
  "base64": `needle ${btoa(repeated(150_000, (n) => n.toString(36)))}`,
  "characters that NFKC makes eighteen of": `needle ${"\ufdfa".repeat(20_000)}`,
  "marks without a base": `needle ${"\u0301\u0e31\u093f".repeat(50_000)}`,
  // Putting marks in their order takes the square of the length of a row, and cannot be interrupted.
  "accents out of order": `needle a${"\u0301".repeat(100_000)}${
    "\u0316".repeat(99_000)
  }`,
  "marks that spell words, out of order": `needle क${"\u0951".repeat(100_000)}${
    "\u0952".repeat(99_000)
  }`,
  "marks with joiners between them": `needle क${
    `${"\u0951".repeat(20)}\u200d${"\u0952".repeat(20)}\u200d`.repeat(4700)
  }`,
  "voicing signs that become marks": `needle カ${
    `${"\uff9e".repeat(30)}${"\u093c".repeat(20)}`.repeat(3900)
  }`,
  "voicing marks out of order": `needle か${"\u3099".repeat(100_000)}${
    "\u093c".repeat(99_000)
  }`,
  "what a tsvector spells": `needle 'a':1A,2B \\ '' "b" :* & | ! <-> (c)`,
};

for (const [what, text] of Object.entries(texts)) {
  Deno.test(`200,000 characters are stored and found by their beginning: ${what}`, async () => {
    const { status, body } = await append(owner, fresh("odd"), [text]);
    assert.equal(status, 201);
    assert.deepEqual(await hitsIn(owner, body.conversation.id, "needle"), [1]);
  });
}

Deno.test("the first 200,000 characters of a longer text are searched", async () => {
  const { body } = await append(owner, fresh("odd"), [
    `early ${"word ".repeat(50_000)}late`,
  ]);
  const id = body.conversation.id;
  assert.deepEqual(await hitsIn(owner, id, "early"), [1]);
  assert.deepEqual(await hitsIn(owner, id, "late"), []);
});
