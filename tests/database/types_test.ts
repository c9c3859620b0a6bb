import assert from "node:assert/strict";
import { typesFile, typesOf } from "../../scripts/types.ts";
import { target } from "../support/target.ts";

Deno.test("the committed types are those of the migrations: else run deno task generate", async () => {
  assert.equal(await Deno.readTextFile(typesFile), await typesOf(target.dbUrl));
});
