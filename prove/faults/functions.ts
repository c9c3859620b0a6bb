/** A changed copy of the functions, to take a safeguard out of one. */
import { join } from "node:path";
import { root } from "../../local/config.ts";

/**
 * Copies the functions to a folder in the checkout, which their imports need, and replaces a part of one file.
 *
 * @throws {Error} if the part is not there: the file was changed, and the plant must be, too.
 */
export async function copyOfFunctions(
  file: string,
  part: RegExp,
  replacement: string,
): Promise<string> {
  const source = join(root, "supabase/functions");
  const copy = join(root, ".prove/functions");
  await Deno.remove(copy, { recursive: true }).catch(() => {});
  await copyFolder(source, copy);
  const path = join(copy, file);
  const text = await Deno.readTextFile(path);
  const changed = text.replace(part, replacement);
  if (changed === text) throw new Error(`${file} has no ${part} to take out.`);
  await Deno.writeTextFile(path, changed);
  return copy;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
