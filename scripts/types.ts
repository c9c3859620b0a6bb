/**
 * _shared/generated/database.types.ts, made from the migrations by the library that `supabase gen types`
 * runs.
 */
import { fileURLToPath } from "node:url";
import {
  generateTypescript,
  introspect,
  sortGeneratorMetadata,
} from "npm:@supabase/postgrest-typegen@0.2.5";
import { withConnection } from "../local/sql.ts";
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
