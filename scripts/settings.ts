/** Settings of tasks, from the environment and from the `.env` file. */
import { join } from "node:path";
import { parseEnv } from "node:util";
import { root } from "../local/config.ts";

/**
 * Sets the variables in the checkout's `.env` file that the environment does not set, and prints their names.
 * Only tasks that work on a project the user names read this file. The local stack and the tests do not.
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

/** The value of an environment variable. An empty variable counts as unset. */
export function setting(name: string): string | undefined {
  return Deno.env.get(name)?.trim() || undefined;
}
