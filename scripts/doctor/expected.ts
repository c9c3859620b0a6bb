/** What this checkout would deploy: its version, functions, migrations, buckets and catalogue. */
import { join } from "node:path";
import { root } from "../../local/config.ts";
import { functionNames } from "../../local/functions/folder.ts";
import { catalogueFile } from "../catalogue.ts";
import { documentFile, version } from "../openapi.ts";

export interface Migration {
  /** Fourteen digits. */
  version: string;
  name: string;
}

export interface Bucket {
  id: string;
  isPublic: boolean;
  maxBytes: number;
  types: string[];
}

export interface Expected {
  version: string;
  functions: string[];
  /** In their order. */
  migrations: Migration[];
  buckets: Bucket[];
  /** The lines of tests/database/catalogue.txt. */
  catalogue: string;
  /** The major version of PostgreSQL that the catalogue was made with. */
  databaseMajor: number;
}

/** @throws an error of the file system if the checkout is not whole. */
export async function readExpected(): Promise<Expected> {
  const [release, functions, catalogue, config] = await Promise.all([
    version(),
    functionNames(join(root, "supabase/functions")),
    Deno.readTextFile(catalogueFile),
    Deno.readTextFile(join(root, "supabase/config.toml")),
  ]);
  return {
    version: release,
    functions,
    migrations: await readMigrations(),
    buckets: bucketsOf(catalogue),
    catalogue,
    databaseMajor: Number(/^major_version = (\d+)/m.exec(config)?.[1] ?? 17),
  };
}

async function readMigrations(): Promise<Migration[]> {
  const found: Migration[] = [];
  for await (
    const { name } of Deno.readDir(join(root, "supabase/migrations"))
  ) {
    const [, version, words] = /^(\d{14})_(.+)\.sql$/.exec(name) ?? [];
    if (version && words) found.push({ version, name: words });
  }
  return found.sort((a, b) => a.version < b.version ? -1 : 1);
}

/** `bucket user-files private, 52428800 bytes, text/*, image/*` of the catalogue. */
function bucketsOf(catalogue: string): Bucket[] {
  const lines = catalogue.matchAll(
    /^bucket (\S+) (public|private), (\d+) bytes, (.*)$/gm,
  );
  return [...lines].map(([, id = "", access, bytes, types = ""]) => ({
    id,
    isPublic: access === "public",
    maxBytes: Number(bytes),
    types: types.split(", "),
  }));
}

/** The OpenAPI document of a function, parsed. */
export async function documentOf(name: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(documentFile(name)));
}
