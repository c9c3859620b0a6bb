/** The package as it is published: built, packed, and installed into empty projects. */
import { buildClient } from "../../scripts/build_client.ts";

/** Runs a program with `input` and gives back what it printed. */
export async function run(
  program: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
  input = "",
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // A program that reads no input may have ended.
  const fed = new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  await fed;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) {
    throw new Error(
      `${program} ${args.join(" ")} failed:\n${text(stdout)}${text(stderr)}`,
    );
  }
  return text(stdout);
}

/** The built package in a folder of its own. */
export async function builtPackage(folder: string): Promise<string> {
  const built = `${folder}/package`;
  await Deno.mkdir(built);
  await buildClient(built);
  return built;
}

/** A tarball of it, and the names of the files within. */
export async function packed(
  built: string,
): Promise<{ tarball: string; files: string[] }> {
  const [pack]: { filename: string; files: { path: string }[] }[] = JSON.parse(
    await run("npm", ["pack", "--json", "--offline"], built),
  );
  return {
    tarball: `${built}/${pack!.filename}`,
    files: pack!.files.map(({ path }) => path),
  };
}

/** A project with nothing but the package. */
export async function emptyProject(
  folder: string,
  tarball: string,
): Promise<string> {
  const project = `${folder}/project`;
  await Deno.mkdir(project);
  await Deno.writeTextFile(
    `${project}/package.json`,
    JSON.stringify({ name: "project", private: true, type: "module" }),
  );
  await run(
    "npm",
    ["install", "--offline", "--no-audit", "--no-fund", tarball],
    project,
  );
  return project;
}
