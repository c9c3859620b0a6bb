/**
 * `deno task build:registry`: one JSON file that puts Continuum into the folder of an existing Supabase project, by
 * `npx shadcn add`. It has the migrations, and each function as it is deployed: one file, with the packages of the
 * lock file in it, so that neither an import map nor `_shared` meets those of the project.
 * https://ui.shadcn.com/docs/registry/registry-item-json
 */
import { join } from "node:path";
import { buildDir, root } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { build, ENTRYPOINT } from "./build.ts";
import { version } from "./openapi.ts";

export const registryFile = join(buildDir, "registry/continuum.json");

interface RegistryFile {
  path: string;
  type: "registry:file";
  /** Below the folder of the project. */
  target: string;
  content: string;
}

export interface RegistryItem {
  $schema: string;
  name: string;
  type: "registry:item";
  title: string;
  description: string;
  files: RegistryFile[];
  docs: string;
}

export async function registryItem(): Promise<RegistryItem> {
  const names = await build();
  return {
    $schema: "https://ui.shadcn.com/schema/registry-item.json",
    name: "continuum",
    type: "registry:item",
    title: `Continuum ${await version()}`,
    description:
      "Conversations and files of AI tools in your Supabase project: migrations and edge functions.",
    files: [...await migrations(), ...await functions(names)],
    docs: nextSteps(names),
  };
}

async function migrations(): Promise<RegistryFile[]> {
  const folder = "supabase/migrations";
  const names: string[] = [];
  for await (const { name } of Deno.readDir(join(root, folder))) {
    if (name.endsWith(".sql")) names.push(name);
  }
  return await Promise.all(
    names.sort().map(async (name) =>
      file(
        `${folder}/${name}`,
        await Deno.readTextFile(join(root, folder, name)),
      )
    ),
  );
}

async function functions(names: string[]): Promise<RegistryFile[]> {
  const files = await Promise.all(names.map(async (name) => {
    const folder = `supabase/functions/${name}`;
    const bundle = join(buildDir, folder, "index.js");
    return [
      file(`${folder}/index.ts`, ENTRYPOINT),
      file(`${folder}/index.js`, await Deno.readTextFile(bundle)),
      file(`${folder}/deno.json`, "{}\n"),
    ];
  }));
  return files.flat();
}

function file(path: string, content: string): RegistryFile {
  return { path, type: "registry:file", target: `~/${path}`, content };
}

/** What a file cannot say: the settings of functions are in the project's own config.toml. */
export function settings(names: string[]): string {
  return names.map((name) => `[functions.${name}]\nverify_jwt = false\n`)
    .join("\n");
}

function nextSteps(names: string[]): string {
  return [
    "Add this to supabase/config.toml, because the functions verify tokens themselves:",
    settings(names),
    "Then: supabase db push --include-all, and: supabase functions deploy --use-api",
  ].join("\n\n");
}

if (import.meta.main) {
  await endingInSentences(async () => {
    const text = JSON.stringify(await registryItem());
    await Deno.mkdir(join(registryFile, ".."), { recursive: true });
    await Deno.writeTextFile(registryFile, text);
    console.log(`${registryFile}: ${Math.round(text.length / 1024)} KiB`);
  });
}
