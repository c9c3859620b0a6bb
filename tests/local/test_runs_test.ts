import assert from "node:assert/strict";
import { runsFor } from "../../scripts/test_runs.ts";

const ADAPTERS = ["--config", "tests/adapters/deno.json"];
const ALL = [
  ["tests", "supabase", "local"],
  [...ADAPTERS, "tests/adapters"],
];

const cases: [args: string[], runs: string[][]][] = [
  [[], ALL],
  [
    ["--fail-fast"],
    ALL.map((run) =>
      run[0] === "--config"
        ? [...ADAPTERS, "--fail-fast", "tests/adapters"]
        : ["--fail-fast", ...run]
    ),
  ],
  [["tests/client"], [["tests/client"]]],
  [["tests"], [["tests"], [...ADAPTERS, "tests/adapters"]]],
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
  Deno.test(`"${command}" runs each test once, with its project's packages`, () => {
    assert.deepEqual(runsFor(args), runs);
  });
}
