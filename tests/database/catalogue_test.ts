import assert from "node:assert/strict";
import { catalogueFile, catalogueOf } from "../../scripts/catalogue.ts";
import { target } from "../support/target.ts";

Deno.test("the database is what the committed catalogue says: else run deno task generate", async () => {
  assert.equal(
    await catalogueOf(target.dbUrl),
    await Deno.readTextFile(catalogueFile),
  );
});
