/** `deno task reset`: an empty database and no files, for a stack that is stopped. */
import { optionsFromEnv } from "./config.ts";
import { emptyDataFolder, openDataFolder } from "./data_folder.ts";
import { endingInSentences } from "./failures.ts";
import { clusterFolders } from "./postgres/folders.ts";
import { untilEnded } from "./postgres/server.ts";
import { takeDataFolder } from "./processes/lock.ts";

await endingInSentences(async () => {
  const dataDir = await openDataFolder(optionsFromEnv().dataDir);
  const giveBack = await takeDataFolder(dataDir);
  await Promise.all(clusterFolders(dataDir).map(untilEnded));
  await emptyDataFolder(dataDir);
  giveBack();
  console.log('Emptied. "deno task start" makes the database anew.');
});
