/** The syntax of searches, which the database reads. */
import assert from "node:assert/strict";
import { textFault } from "../../supabase/functions/_shared/wire/storable.ts";
import { withSql } from "../support/sql.ts";
import { fc, textOf } from "./properties.ts";

const GRAMMAR = [
  "-",
  "or",
  "OR",
  "and",
  "a",
  "b.c",
  "/etc/passwd",
  "!",
  "&",
  "|",
  "(",
  ")",
  ":*",
  "<->",
  "'",
  "\\",
  "é",
  "漢字",
  "한글",
  "e@x.io",
  "camelCase",
];

const queries = textOf(GRAMMAR).filter((q) => textFault(q) === null && q !== "")
  .map((q) => [...q].slice(0, 255).join(""));

/** How many queries are asked about at once: a statement each would take minutes. */
const AT_ONCE = 200;

Deno.test("any query is understood: as terms, or as none", async () => {
  await withSql((sql) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(queries, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (all) => {
          await sql`
          select continuum.search_query(q), continuum.marked_phrases(q) from unnest(${all}::text[]) q
        `;
        },
      ),
      { numRuns: 5 },
    )
  );
});

Deno.test("a text is found by each of its words and by itself as a phrase", async () => {
  const words = fc.constantFrom(
    "alpha",
    "Beta.gamma",
    "v1.2.3",
    "naïve",
    "ÅNGSTRÖM",
    "漢字",
    "한글",
    "a-b",
    "user@example.com",
    "src/main.ts",
    "CamelCase",
    "snake_case",
  );
  const texts = fc.array(words, { minLength: 1, maxLength: 6 });
  await withSql((sql) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(texts, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (all) => {
          const pairs = all.flatMap((words) => {
            const text = words.join(" ");
            return [...words, `"${text}"`].map((q) => ({ text, q }));
          });
          const missed = await sql`
          select p.text, p.q
          from unnest(${pairs.map(({ text }) => text)}::text[], ${
            pairs.map(({ q }) => q)
          }::text[]) p (text, q)
          where not continuum.search_vector(p.text, null) @@ continuum.search_query(p.q)
        `;
          assert.deepEqual([...missed], []);
        },
      ),
      { numRuns: 3 },
    )
  );
});
