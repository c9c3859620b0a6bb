/** `deno task reset`: an empty database and no files, for a stack that is stopped. */
import { optionsFromEnv, StackError } from "./config.ts";
import { join, resolve } from "./paths.ts";
import { clusterFolders } from "./postgres/server.ts";
import { ProcessRecord } from "./processes/record.ts";

const dataDir = resolve(optionsFromEnv().dataDir);
try {
  await Deno.mkdir(dataDir, { recursive: true });
  // Refuses while a stack runs, and ends what a killed one has left.
  const record = await ProcessRecord.take(dataDir);
  for (
    const folder of [...await clusterFolders(dataDir), join(dataDir, "files")]
  ) {
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  await record.release();
  console.log('Emptied. "deno task start" makes the database anew.');
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
