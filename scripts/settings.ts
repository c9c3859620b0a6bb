/** What a task is told by the environment and by `.env`. */
import { parseEnv } from "node:util";
import { root } from "../local/config.ts";
import { join } from "../local/paths.ts";

/**
 * Adds what `.env` in the checkout sets and the environment does not, and says so. For tasks that a
 * project is named to: the local stack and the tests leave the file alone.
 */
export async function readEnvFile(path = join(root, ".env")): Promise<void> {
  const text = await Deno.readTextFile(path).catch(() => null);
  if (text === null) return;
  const added = Object.entries(parseEnv(text)).filter(([name, value]) =>
    value && setting(name) === undefined
  );
  for (const [name, value] of added) Deno.env.set(name, value ?? "");
  const names = added.map(([name]) => name).join(", ") || "nothing";
  console.error(`From .env: ${names}.`);
}

/** A variable of the environment; one that is set to nothing counts as unset. */
export function setting(name: string): string | undefined {
  return Deno.env.get(name)?.trim() || undefined;
}
