import assert from "node:assert/strict";
import { compareCatalogues } from "../../scripts/doctor/catalogue_difference.ts";

const EXPECTED = `# What the migrations make.

table continuum.notes | row level security
  id uuid not null
  constraint notes_pkey PRIMARY KEY (id)
  policy "readers read" on continuum.notes for select to authenticated using (mine(id))

function public.read_notes(id uuid) returns text | plpgsql | search_path=""

bucket user-files private, 10 bytes, text/*
`;

const compare = (actual: string, wordByWord = true) =>
  compareCatalogues(EXPECTED, actual, { wordByWord });

Deno.test("the same catalogue has no difference", () => {
  assert.deepEqual(compare(EXPECTED), { broken: [], foreign: [] });
});

Deno.test("a table that is missing is named once, without its columns", () => {
  const actual = EXPECTED.replace(/table[^]*?\n\n/, "");
  assert.deepEqual(compare(actual).broken, [
    "table continuum.notes is missing",
    'policy "readers read" on continuum.notes is missing',
  ]);
});

Deno.test("a table that was added is named once, and one in public is the project's own", () => {
  const added =
    `${EXPECTED}\ntable continuum.extra\n  id uuid\n\ntable public.mine\n  id uuid\n`;
  assert.deepEqual(compare(added).broken, ["table continuum.extra was added"]);
});

Deno.test("a definition in other words counts only for the same version of PostgreSQL", () => {
  const spelt = EXPECTED.replace("using (mine(id))", "using ((mine(id)))");
  assert.deepEqual(compare(spelt).broken, [
    'policy "readers read" on continuum.notes has changed',
  ]);
  assert.deepEqual(compare(spelt, false).broken, []);
});

Deno.test("row level security that is off, and a bucket that is public, are said, whatever the version", () => {
  const open = EXPECTED.replace(" | row level security", "").replace(
    "private",
    "public",
  );
  for (const wordByWord of [true, false]) {
    assert.deepEqual(compare(open, wordByWord).broken, [
      "table continuum.notes has changed (row level security is off)",
      "bucket user-files has changed (it is public)",
    ]);
  }
});

Deno.test("the trigger that Realtime's projects have is no difference", () => {
  const actual = EXPECTED.replace(
    "  policy",
    "  CREATE TRIGGER conversations_announce AFTER UPDATE ON continuum.notes\n  policy",
  );
  assert.deepEqual(compare(actual).broken, []);
});
