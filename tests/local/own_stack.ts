/** Stacks in the test's own process, as a target for tests/support. */
import { join } from "node:path";
import type { StackOptions } from "../../local/config.ts";
import type { Stack } from "../../local/stack.ts";
import { startTemporaryStack } from "../../local/temporary.ts";
import type { Target } from "../support/target.ts";

/** A stack for all tests of a file, stopped after the last. */
export async function ownStack(
  options: Partial<StackOptions> = {},
): Promise<{ stack: Stack; at: Target }> {
  const stack = await startTemporaryStack({
    onFunctionLine: () => {},
    ...options,
  });
  Deno.test.afterAll(() => stack.stop());
  return { stack, at: targetOf(stack) };
}

export function targetOf(stack: Stack): Target {
  const { apiUrl, publishableKey, secretKey, dbUrl } = stack;
  return { url: apiUrl, publishableKey, secretKey, dbUrl };
}

/** A folder of functions of its own with a copy of functions/probe, removed after the last test. */
export async function probeFolder(): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "continuum-functions-" });
  Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));
  await Deno.mkdir(join(dir, "probe"));
  await Deno.copyFile(
    new URL("functions/probe/index.ts", import.meta.url),
    join(dir, "probe/index.ts"),
  );
  return dir;
}

/** A folder without functions, for stacks whose functions are not asked. */
export async function noFunctions(): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "continuum-functions-" });
  Deno.test.afterAll(() => Deno.remove(dir));
  return dir;
}
