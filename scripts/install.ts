/**
 * `deno task install`: the packages of deno.lock into node_modules. Every task that needs one asks for it first, so
 * that one command is enough to run a fresh clone. `"nodeModulesDir": "manual"` in deno.json keeps Deno from
 * installing them itself: it would print a line for each of some 300 packages before any code of ours runs.
 *
 * Ends with the status of `deno install`. Imports no package, since there may be none yet, and prints to standard
 * error, since what a task prints may be read by a program.
 */
const root = new URL("../", import.meta.url);
/** Holds the SHA-256 of the lock file that was installed. Written last, so it is missing after an interruption. */
const installed = new URL("node_modules/.installed", root);

const wanted = await sha256(await Deno.readFile(new URL("deno.lock", root)));
if (await readIfThere(installed) !== wanted) await install();

async function install(): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const isTerminal = Deno.stderr.isTerminal();
  const show = (text: string) =>
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  const line = () => show(`\rInstalling packages … ${seconds()} s`);

  if (isTerminal) line();
  else console.error("Installing packages. This is needed once.");
  const ticking = isTerminal ? setInterval(line, 1000) : undefined;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: root,
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
  await Deno.writeTextFile(installed, wanted);
  console.error(`Installed the packages in ${seconds()} s.`);
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
