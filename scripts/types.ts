/**
 * `deno task types`: writes _shared/generated/database.types.ts from the migrations, by the library that
 * `supabase gen types` runs, against a stack of its own.
 */
import { fileURLToPath } from "node:url";
import {
  generateTypescript,
  introspect,
  sortGeneratorMetadata,
} from "npm:@supabase/postgrest-typegen@0.2.5";
import { withConnection } from "../local/sql.ts";
import { startTemporaryStack } from "../local/temporary.ts";
import { formatted } from "./format.ts";

export const typesFile = fileURLToPath(
  new URL(
    "../supabase/functions/_shared/generated/database.types.ts",
    import.meta.url,
  ),
);

/** The types of a database's public schema, formatted as the file is. */
export async function typesOf(dbUrl: string): Promise<string> {
  const metadata = await withConnection(dbUrl, (sql) =>
    introspect({
      query: async (text: string) => ({ rows: [...await sql.unsafe(text)] }),
    }, { includedSchemas: ["public"] }));
  return await formatted(
    await generateTypescript(sortGeneratorMetadata(metadata), {
      defaultSchema: "public",
    }),
    ".ts",
  );
}

if (import.meta.main) {
  // No functions: they may not start before their types are right.
  const functionsDir = await Deno.makeTempDir({ prefix: "continuum-" });
  const stack = await startTemporaryStack({ functionsDir });
  try {
    await Deno.writeTextFile(typesFile, await typesOf(stack.dbUrl));
  } finally {
    await stack.stop();
    await Deno.remove(functionsDir);
  }
}
