import assert from "node:assert/strict";
import { referencePages } from "../../scripts/reference.ts";

Deno.test("the reference is that of the OpenAPI documents and the catalogue: else run deno task generate", async () => {
  for (const [path, text] of await referencePages()) {
    assert.equal(await Deno.readTextFile(path), text, path);
  }
});
