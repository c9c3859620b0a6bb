/** What must hold of the text of the migrations: a reader finds each object once, with its reasons. */
import assert from "node:assert/strict";

const folder = new URL("../../supabase/migrations/", import.meta.url);

const migrations: { name: string; text: string }[] = [];
for await (const { name } of Deno.readDir(folder)) {
  if (!name.endsWith(".sql")) continue;
  migrations.push({
    name,
    text: await Deno.readTextFile(new URL(name, folder)),
  });
}
migrations.sort((a, b) => a.name < b.name ? -1 : 1);

/** Each object that a statement creates, as in `function continuum.owns`. */
function created(text: string): string[] {
  const statements = text.matchAll(
    /^create (?:or replace )?(?:unique )?(schema|type|table|view|index|function|trigger|policy)(?: if not exists)?\s+("[^"]+"|[\w.]+)(?:[^;]*?\bon\s+([\w.]+))?/gm,
  );
  return [...statements].map(([, kind, name, table]) =>
    kind === "policy" || kind === "trigger"
      ? `${kind} ${name} on ${table}`
      : `${kind} ${name}`
  );
}

Deno.test("each object is created once, in one migration", () => {
  const all = migrations.flatMap(({ text }) => created(text));
  assert.ok(all.length > 100);
  const repeated = all.filter((name, index) => all.indexOf(name) !== index);
  assert.deepEqual(repeated, []);
});

Deno.test("no migration changes or drops what another has made", () => {
  const found = migrations.flatMap(({ name, text }) =>
    [...text.matchAll(
      /^(create or replace|drop|alter (?!table [\w.]+ enable row level security)).*/gm,
    )].map(([line]) => `${name}: ${line}`)
  );
  assert.deepEqual(found, []);
});

Deno.test("what runs with its definer's rights says why in a comment above it", () => {
  const silent: string[] = [];
  for (const { text } of migrations) {
    let comment = "";
    for (
      const block of text.split(
        /\n\n(?=(?:--|create|revoke|insert|alter|comment|grant))/,
      )
    ) {
      const [lead] = block.split(/^create/m);
      // A comment above a run of functions is that of all of them.
      if (lead!.startsWith("--") || !block.startsWith("create function")) {
        comment = lead!;
      }
      const [, name] = /^create function ([\w.]+)/m.exec(block) ?? [];
      if (!name || !/^security definer$/m.test(block)) continue;
      if (!/definer/i.test(comment)) silent.push(name);
    }
  }
  assert.deepEqual(silent, []);
});

Deno.test("a migration begins with what it is about and ends by recording its version", () => {
  for (const { name, text } of migrations) {
    assert.match(text, /^-- \S/, name);
    assert.match(
      text,
      new RegExp(
        `insert into continuum\\.schema_version \\(version, description\\)\\s+values \\('${
          name.slice(0, 14)
        }', '[^']+'\\);\\s*$`,
      ),
      name,
    );
  }
});
