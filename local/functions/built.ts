/** The functions as they are deployed. */
import { buildDir, root, StackError } from "../config.ts";
import { join } from "../paths.ts";

/**
 * Builds the functions of the checkout and returns their folder.
 *
 * @throws {StackError} with what the build has printed, where it fails.
 */
export async function buildFunctions(): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(root, "scripts/build.ts")],
    cwd: root,
    stdout: "null",
  }).output();
  if (!success) throw new StackError(new TextDecoder().decode(stderr).trim());
  return join(buildDir, "supabase/functions");
}
