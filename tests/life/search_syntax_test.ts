/** The web-search syntax, and queries that are none. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";
import { hitsIn, search } from "./searching.ts";

const owner = await signUp("owner");
const name = fresh("syntax");
const { body: { conversation: { id } } } = await append(owner, name, [
  "the quick brown fox",
  "the brown quick dog",
  "a slow fox",
  "東京の天気は晴れ",
  "天気予報では京都が雨",
]);

const cases: [string, string, number[]][] = [
  ["all words", "quick brown", [1, 2]],
  ["a phrase", '"quick brown"', [1]],
  ["or", "dog or slow", [2, 3]],
  ["a word and not another", "fox -quick", [3]],
  ["a phrase and not a word", '"brown quick" -fox', [2]],
  ["not a phrase", 'brown -"brown fox"', [2]],
  ["a phrase of Japanese", '"天気は"', [4]],
  ["Japanese outside a phrase is still a phrase", '京都 "予報"', [5]],
  ["not Japanese", "天気 -東京", [5]],
  ["Japanese or Japanese", "東京 or 京都", [4, 5]],
  ["a dash that begins the query, which is part of the word", "-fox", [1, 3]],
  ["a phrase that is left open", '"quick brown', [1]],
];
for (const [what, q, expected] of cases) {
  Deno.test(`search for ${what}: ${q}`, async () => {
    assert.deepEqual((await hitsIn(owner, id, q)).sort(), expected);
  });
}

const nothing = [
  " ",
  '"',
  '""',
  "-",
  "- -",
  "or",
  "or or",
  "!!! ???",
  "&|!()<->:*",
  "…",
  "😀",
  "\t\n",
  "\u001f",
  "or -fox",
];
for (const q of nothing) {
  Deno.test(`a query with nothing to look for finds nothing: ${JSON.stringify(q)}`, async () => {
    const { status, body } = await search(owner, q);
    assert.equal(status, 200);
    assert.deepEqual(body, { hits: [], next_cursor: null });
  });
}

const strange = [
  "'; drop table continuum.messages; --",
  "fox') or 1=1 --",
  "fox & !quick | (dog:*)",
  "fox:* <-> \\",
  "[a-z]+.*(fox",
  "%fox%_",
  "\\",
  "\\1 fox",
  "foo\\",
  "'''",
  "fox\u202e\u200d",
  "<script>fox</script>",
  "⟦fox⟧",
  "fox or -quick",
  '-"',
  'fox-"quick',
  '東京-"天気',
];
for (const q of strange) {
  Deno.test(`a query is text and never code: ${JSON.stringify(q)}`, async () => {
    const { status, text } = await search(owner, q);
    assert.equal(status, 200, text);
    assert.deepEqual((await hitsIn(owner, id, "fox")).sort(), [1, 3]);
  });
}

Deno.test("a query has 1 to 500 characters, and none that cannot be stored", async () => {
  for (const q of ["x".repeat(500), "é ".repeat(250), "東".repeat(500)]) {
    assert.equal((await search(owner, q)).status, 200);
  }
  assertInvalid(await search(owner, ""), "/q");
  assertInvalid(await search(owner, "x".repeat(501)), "/q");
  assertInvalid(await search(owner, "fox\u0000"), "/q");
});
