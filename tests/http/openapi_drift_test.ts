import assert from "node:assert/strict";
import {
  documentFile,
  functionNames,
  openapiOf,
} from "../../scripts/openapi.ts";

for (const name of await functionNames()) {
  Deno.test(`openapi.json of ${name} is that of its routes: else run deno task generate`, async () => {
    assert.equal(
      await Deno.readTextFile(documentFile(name)),
      await openapiOf(name),
    );
  });
}
