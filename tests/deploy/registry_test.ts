/** Continuum in a Supabase project that has migrations and functions of its own, by the registry item. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../local/config.ts";
import { functionNames } from "../../local/functions/folder.ts";
import { startStack } from "../../local/stack.ts";
import { registryItem, settings } from "../../scripts/registry.ts";
import { run } from "../client/package.ts";
import { diagnose, failures } from "../doctor/broken_project.ts";
import { targetOf } from "../local/own_stack.ts";
import { withSql } from "../support/sql.ts";
import { hostedProject, rebuilt } from "./hosted_project.ts";

const SHADCN = "shadcn@4.23.1";

const names = await functionNames(join(root, "supabase/functions"));
const folder = await Deno.makeTempDir({ prefix: "continuum-project-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(folder, path, ".."), { recursive: true });
  await Deno.writeTextFile(join(folder, path), text);
}

// A project with a past, and with a migration that is newer than ours.
await write(
  "supabase/config.toml",
  `project_id = "mine"\n\n${settings(names)}`,
);
await write(
  "supabase/migrations/20250101000000_notes.sql",
  "create table public.notes (id bigint primary key, words text);\n",
);
await write(
  "supabase/migrations/20991231000000_more.sql",
  "alter table public.notes enable row level security;\n",
);
await write(
  "supabase/functions/hello/index.ts",
  'import { word } from "../_shared/word.ts";\nexport default { fetch: () => new Response(word) };\n',
);
await write(
  "supabase/functions/_shared/word.ts",
  'export const word = "hello";\n',
);
await write("supabase/functions/deno.json", '{ "imports": {} }\n');

Deno.test("shadcn lays every file into the project, byte for byte, and touches no other", async () => {
  const item = await registryItem();
  await write("continuum.json", JSON.stringify(item));
  const printed = await run("npx", [
    "-y",
    SHADCN,
    "add",
    "./continuum.json",
    "--yes",
  ], folder);
  for (const name of names) assert.ok(printed.includes(`[functions.${name}]`));
  for (const { path, content } of item.files) {
    assert.equal(await Deno.readTextFile(join(folder, path)), content, path);
  }
  assert.equal(
    await Deno.readTextFile(join(folder, "supabase/functions/deno.json")),
    '{ "imports": {} }\n',
  );
  assert.match(
    await Deno.readTextFile(join(folder, "supabase/config.toml")),
    /^project_id = "mine"/,
  );
});

Deno.test("the project pushes its own migrations and ours, deploys its own functions and ours, and passes the doctor", async () => {
  await using project = await hostedProject();
  const { api, database, cli } = project;
  // The project was live before.
  await withSql(
    (sql) =>
      sql.unsafe(
        "create table public.notes (id bigint primary key, words text)",
      ),
    database.url,
  );
  for (const version of ["20250101000000", "20991231000000"]) {
    const repaired = await cli([
      "migration",
      "repair",
      version,
      "--status",
      "applied",
      "--workdir",
      folder,
    ]);
    assert.equal(repaired.code, 0, repaired.printed);
  }
  const pushed = await cli([
    "db",
    "push",
    "--include-all",
    "--yes",
    "--workdir",
    folder,
  ]);
  assert.equal(pushed.code, 0, pushed.printed);
  const deployed = await cli([
    "functions",
    "deploy",
    "--use-api",
    "--workdir",
    folder,
  ]);
  assert.equal(deployed.code, 0, deployed.printed);
  assert.deepEqual(
    [...api.functions.keys()].sort(),
    [...names, "hello"].sort(),
  );
  for (const name of names) {
    assert.equal(api.functions.get(name)?.verify_jwt, false, name);
  }

  const functionsDir = await rebuilt(api);
  await database.stop();
  await using stack = await startStack({
    port: 0,
    dbPort: 0,
    dataDir: project.dataDir,
    seed: false,
    functionsDir,
    onFunctionLine: () => {},
  });
  assert.deepEqual(failures(await diagnose(targetOf(stack))), []);
  const hello = await fetch(`${stack.apiUrl}/functions/v1/hello`);
  assert.equal(await hello.text(), "hello");
});
