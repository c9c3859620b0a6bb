/** Aborting what is being read, however long it takes. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "./package.ts";

const script = fileURLToPath(
  new URL("abort_after_collection.ts", import.meta.url),
);

/** How long the script may take before its streams count as not aborted. */
const PATIENCE_MS = 30_000;

Deno.test("followers, exports and downloads are aborted after the garbage collector has run, too", async () => {
  const output = await run(
    Deno.execPath(),
    ["run", "-A", "--v8-flags=--expose-gc", script],
    fileURLToPath(new URL("../../", import.meta.url)),
    {},
    "",
    AbortSignal.timeout(PATIENCE_MS),
  );
  assert.equal(output, "ended\n".repeat(3));
});
