/** Which functions are served: source or bundles, and by which Deno. */
import { join } from "node:path";
import { buildDir, root, type StackOptions } from "../config.ts";
import { run } from "../processes/run.ts";
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
  await run(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(root, "scripts/build.ts")],
    cwd: root,
  }, "The functions cannot be built:");
  return join(buildDir, "supabase/functions");
}
