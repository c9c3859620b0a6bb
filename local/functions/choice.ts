/** Which functions are served: source or bundles, and by which Deno. */
import { buildDir, root, StackError, type StackOptions } from "../config.ts";
import { join } from "../paths.ts";
import { type Runtime, runtimeFor } from "./runtime.ts";

export interface Choice {
  /** A folder of functions. */
  dir: string;
  runtime: Runtime;
}

/** @throws {StackError} where they cannot be built, or that Deno does not run. */
export async function chooseFunctions(
  { functionsDir, functionsBuilt, functionsDeno }: Pick<
    StackOptions,
    "functionsDir" | "functionsBuilt" | "functionsDeno"
  >,
): Promise<Choice> {
  const dir = functionsDir ??
    (functionsBuilt ? await build() : join(root, "supabase/functions"));
  return { dir, runtime: await runtimeFor(functionsDeno, dir) };
}

/** Bundles the functions as they are deployed, and returns their folder. */
async function build(): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(root, "scripts/build.ts")],
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) throw new StackError(new TextDecoder().decode(stderr).trim());
  return join(buildDir, "supabase/functions");
}
