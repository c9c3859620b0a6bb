/** `deno task status`: the variables that `supabase status -o env` prints, for a shell to read. */
import { resolve } from "node:path";
import { readAnnouncement } from "./stack_file.ts";
import { optionsFromEnv } from "./config.ts";
import { variables } from "./describe.ts";
import { isRunning } from "./processes/lock.ts";

const dataDir = resolve(optionsFromEnv().dataDir);
const announcement = await isRunning(dataDir)
  ? await readAnnouncement(dataDir)
  : null;
if (announcement === null) {
  console.error('No stack is running here. Start one with "deno task start".');
  Deno.exit(1);
}
console.log(variables(announcement));
