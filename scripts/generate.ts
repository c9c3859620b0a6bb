/**
 * `deno task generate`: writes what follows from routes and migrations. Each function's OpenAPI document, its
 * page of the reference, the client's types, the types of the database, and its catalogue (tests/database/catalogue.txt); the last two
 * from a stack of its own.
 */
import { endingInSentences } from "../local/failures.ts";
import { startTemporaryStack } from "../local/temporary.ts";
import { catalogueFile, catalogueOf } from "./catalogue.ts";
import { clientTypes, clientTypesFile } from "./client_types.ts";
import { mcpSchemas, mcpSchemasFile } from "./mcp_schemas.ts";
import { documentFile, functionNames, openapiOf, version } from "./openapi.ts";
import { writeReference } from "./reference.ts";
import { typesFile, typesOf } from "./types.ts";

await endingInSentences(async () => {
  await Deno.writeTextFile(mcpSchemasFile, await mcpSchemas(await version()));
  for (const name of await functionNames()) {
    await Deno.writeTextFile(documentFile(name), await openapiOf(name));
  }
  await writeReference();
  await Deno.writeTextFile(clientTypesFile, await clientTypes());
  // No functions: they may not start before their types are right.
  const functionsDir = await Deno.makeTempDir({ prefix: "continuum-" });
  const stack = await startTemporaryStack({ functionsDir });
  try {
    await Deno.writeTextFile(typesFile, await typesOf(stack.dbUrl));
    await Deno.writeTextFile(catalogueFile, await catalogueOf(stack.dbUrl));
  } finally {
    await stack.stop();
    await Deno.remove(functionsDir);
  }
});
