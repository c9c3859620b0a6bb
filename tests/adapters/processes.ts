/** Programs that use an adapter in a process of their own, signed in as a user. */
import { fileURLToPath } from "node:url";
import { run } from "../client/package.ts";
import { tokenOf } from "../client/clients.ts";
import type { Actor } from "../support/actors.ts";
import { target } from "../support/target.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Runs a module of this folder and gives back the JSON that it has printed. */
export async function runAs(
  user: Actor,
  module: string,
  ...args: string[]
): Promise<unknown> {
  const output = await run(
    Deno.execPath(),
    ["run", "-A", "--no-check", "--config", "deno.json", module, ...args],
    folder,
    {
      SUPABASE_URL: target.url,
      SUPABASE_PUBLISHABLE_KEY: target.publishableKey,
      ACCESS_TOKEN: tokenOf(user),
    },
  );
  return JSON.parse(output);
}
