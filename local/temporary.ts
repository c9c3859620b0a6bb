/** Data folders that leave nothing behind: for tests, and for what needs a database once. */
import { functionsFromEnv, type StackOptions } from "./config.ts";
import { emptyDataFolder } from "./data_folder.ts";
import { type Stack, startStack } from "./stack.ts";

export interface TemporaryFolder extends AsyncDisposable {
  path: string;
}

/** A data folder that is removed with all that a stack has put there or elsewhere for it. */
export async function temporaryDataFolder(): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: "continuum-" });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await emptyDataFolder(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A stack on free ports and an empty database of its own, removed when it stops. */
export async function startTemporaryStack(
  options: Partial<StackOptions> = {},
): Promise<Stack> {
  const folder = await temporaryDataFolder();
  const parts = new AsyncDisposableStack();
  parts.use(folder);
  try {
    const stack = parts.use(
      await startStack({
        port: 0,
        dbPort: 0,
        seed: false,
        dataDir: folder.path,
        ...functionsFromEnv(),
        ...options,
      }),
    );
    const stop = () => parts.disposeAsync();
    return { ...stack, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}
