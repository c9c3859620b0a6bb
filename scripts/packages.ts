/**
 * The packages of a lock file in node_modules, installed before Deno does it by itself: it would print a line for each
 * of some 300 packages before any code of ours runs. `"nodeModulesDir": "manual"` in deno.json keeps it from that.
 *
 * Imports no package, since there may be none yet, and prints to standard error, since what a task prints may be read
 * by a program.
 */
const root = new URL("../", import.meta.url);

/**
 * Installs what the lock file of the project in `folder` lists, unless that is what is installed. `folder` is relative
 * to the checkout. Ends the process with the status of `deno install` if it fails.
 */
export async function installPackages(folder: string): Promise<void> {
  const project = new URL(`${folder}/`, root);
  // Holds the SHA-256 of the lock file that was installed. Written last, so it is missing after an interruption.
  const installed = new URL("node_modules/.installed", project);
  const wanted = await sha256(
    await Deno.readFile(new URL("deno.lock", project)),
  );
  if (await readIfThere(installed) === wanted) return;
  const what = folder === "." ? "packages" : `packages of ${folder}`;
  await install(project, what);
  await Deno.writeTextFile(installed, wanted);
}

async function install(project: URL, what: string): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const isTerminal = Deno.stderr.isTerminal();
  const show = (text: string) =>
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  const line = () => show(`\rInstalling ${what} … ${seconds()} s`);

  if (isTerminal) line();
  else console.error(`Installing ${what}. This is needed once.`);
  const ticking = isTerminal ? setInterval(line, 1000) : undefined;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: project,
    stdin: "null",
  }).spawn().status;
  clearInterval(ticking);
  if (isTerminal) show("\n");
  if (code !== 0) {
    console.error(
      `"deno install" failed with status ${code}; see its message above. Run the task again to continue.`,
    );
    Deno.exit(code);
  }
  console.error(`Installed the ${what} in ${seconds()} s.`);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function readIfThere(file: URL): Promise<string | null> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
