/** `deno task reset`: an empty database and no files, for a stack that is stopped. */
import { optionsFromEnv } from "./config.ts";
import { emptyDataFolder, openDataFolder } from "./data_folder.ts";
import { endingInSentences } from "./failures.ts";
import { ProcessRecord } from "./processes/record.ts";

await endingInSentences(async () => {
  const dataDir = await openDataFolder(optionsFromEnv().dataDir);
  // Refuses while a stack runs, and ends what a killed one has left.
  const record = await ProcessRecord.take(dataDir);
  try {
    await emptyDataFolder(dataDir);
  } finally {
    await record.release();
  }
  console.log('Emptied. "deno task start" makes the database anew.');
});
