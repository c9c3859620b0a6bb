import assert from "node:assert/strict";
import { clientTypes, clientTypesFile } from "../../scripts/client_types.ts";

Deno.test("the client's types are those of the OpenAPI documents: else run deno task generate", async () => {
  assert.equal(await Deno.readTextFile(clientTypesFile), await clientTypes());
});
