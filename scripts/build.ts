/**
 * `deno task build`: bundles each function of supabase/functions into .build, a project of its own for the
 * Supabase CLI: its config.toml has the settings of supabase/config.toml, and the bundles as entrypoints.
 * `deno task deploy` deploys it, and `LOCAL_FUNCTIONS=built deno task start` serves it. `deno task build --into
 * <folder>` puts the functions into a folder as well, such as volumes/functions of a self-hosted project.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildDir, root, StackError } from "../local/config.ts";
import { endingInSentences } from "../local/failures.ts";
import { functionNames } from "../local/functions/folder.ts";
import { type Bundle, bundle } from "./bundle.ts";

/** For runtimes and versions of the CLI that look for an index.ts. */
export const ENTRYPOINT = 'export { default } from "./index.js";\n';

/** @returns the names of the functions. */
export async function build(): Promise<string[]> {
  const source = join(root, "supabase/functions");
  const names = await functionNames(source);
  const bundles = await bundle(source, names);
  await requireLocked(bundles);

  const functions = join(buildDir, "supabase/functions");
  await Deno.mkdir(functions, { recursive: true });
  for (const name of await functionNames(functions)) {
    if (!names.includes(name)) {
      await Deno.remove(join(functions, name), { recursive: true });
    }
  }
  for (const { name, code } of bundles) {
    await Deno.mkdir(join(functions, name), { recursive: true });
    await writeIfNew(join(functions, name, "index.js"), code);
    // Its own, so that neither the CLI nor Deno looks for one further up.
    await writeIfNew(join(functions, name, "deno.json"), encode("{}\n"));
    console.log(`${name}: ${Math.round(code.byteLength / 1024)} KiB`);
  }
  const config = await Deno.readTextFile(join(root, "supabase/config.toml"));
  await writeIfNew(
    join(buildDir, "supabase/config.toml"),
    encode(deployable(config, names)),
  );
  return names;
}

/**
 * What is in node_modules is what is bundled, and may be older than the lock file.
 *
 * @throws {StackError} if a package is in a bundle and not in the lock file.
 */
export async function requireLocked(bundles: Bundle[]): Promise<void> {
  const lock: { npm: Record<string, unknown> } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.lock")),
  );
  // The versions of peers follow after an underscore.
  const locked = new Set(
    Object.keys(lock.npm).map((key) => /^@?[^@]+@[^_]+/.exec(key)?.[0]),
  );
  for (const { name, packages } of bundles) {
    const other = packages.filter((item) => !locked.has(item));
    if (other.length > 0) {
      throw new StackError(
        `${name} would be built with ${
          other.join(", ")
        }, which deno.lock does not have: run "deno install".`,
      );
    }
  }
}

/**
 * The text of a config.toml with bundles as entrypoints in place of the import map.
 *
 * @throws {StackError} if a function has no section in it, since its defaults would be another's.
 */
export function deployable(config: string, names: string[]): string {
  let text = config;
  for (const name of names) {
    const section = new RegExp(
      `^(\\[functions\\.${name}\\]\\n(?:(?!\\[|import_map).*\\n)*)import_map = .*$`,
      "m",
    );
    if (!section.test(text)) {
      throw new StackError(
        `supabase/config.toml has no import_map in a section [functions.${name}]: add it, like those of the ` +
          "other functions.",
      );
    }
    text = text.replace(
      section,
      `$1entrypoint = "./functions/${name}/index.js"`,
    );
  }
  return text;
}

/** A file that stays as it is does not restart the functions that are served from it. */
async function writeIfNew(path: string, content: Uint8Array): Promise<void> {
  const old = await Deno.readFile(path).catch(() => null);
  if (old !== null && equal(old, content)) return;
  const part = `${path}.part`;
  await Deno.writeFile(part, content);
  await Deno.rename(part, path);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Puts what is built into a folder of functions, for a runtime that starts `index.ts` of each. Other functions in
 * the folder, such as `main` of a self-hosted project, stay.
 */
export async function install(names: string[], folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch(() => null);
  if (!info?.isDirectory) {
    throw new StackError(`There is no folder ${folder}.`);
  }
  for (const name of names) {
    const target = join(folder, name);
    await Deno.mkdir(target, { recursive: true });
    for (const file of ["index.js", "deno.json"]) {
      const built = join(buildDir, "supabase/functions", name, file);
      await writeIfNew(join(target, file), await Deno.readFile(built));
    }
    await writeIfNew(
      join(target, "index.ts"),
      encode(ENTRYPOINT),
    );
  }
  console.log(`Put into ${folder}: ${names.join(", ")}.`);
}

if (import.meta.main) {
  await endingInSentences(async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: { into: { type: "string" } },
    });
    const names = await build();
    if (values.into !== undefined) await install(names, values.into);
  });
}
