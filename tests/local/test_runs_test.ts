import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runsFor } from "../../scripts/test_runs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const ADAPTERS = ["--config", "tests/adapters/deno.json"];

const cases: [args: string[], runs: string[][]][] = [
  [["tests/client"], [["tests/client"]]],
  [["tests/adapters/langchain_test.ts"], [
    [...ADAPTERS, "tests/adapters/langchain_test.ts"],
  ]],
  [["./tests/adapters", "tests/client", "--filter=x"], [
    ["--filter=x", "tests/client"],
    [...ADAPTERS, "--filter=x", "./tests/adapters"],
  ]],
];

for (const [args, runs] of cases) {
  const command = ["deno task test", ...args].join(" ");
  Deno.test(`"${command}" runs these tests with their project's packages`, () => {
    assert.deepEqual(runsFor(args).map(({ args }) => args), runs);
  });
}

/** The files of tests in a folder of the checkout, except those of packages. */
async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules") yield* testFiles(path);
    else if (/[._]test\.(ts|js|mjs)$/.test(name)) yield path;
  }
}

for (const args of [[], ["--fail-fast"], ["tests"]]) {
  const command = ["deno task test", ...args].join(" ");
  Deno.test(`"${command}" runs each test file once, and each option applies to each run`, async () => {
    const runs = runsFor(args);
    const files = (await Promise.all(
      ["tests", "supabase", "local", "scripts", "client", "bench"].map((
        folder,
      ) => Array.fromAsync(testFiles(folder))),
    )).flat();
    assert.ok(files.length > 150);
    for (const file of files) {
      const taken = runs.filter(({ args }) =>
        args.some((path) => file.startsWith(`${path}/`))
      );
      assert.equal(taken.length, 1, file);
    }
    for (const run of runs) {
      const isOfAdapters = run.name === "tests/adapters";
      assert.equal(run.args.includes("--config"), isOfAdapters);
      assert.equal(run.project, isOfAdapters ? run.name : ".");
      for (const option of args.filter((arg) => arg.startsWith("-"))) {
        assert.ok(run.args.includes(option), run.name);
      }
    }
  });
}
