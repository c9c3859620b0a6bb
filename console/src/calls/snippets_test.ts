import assert from "node:assert/strict";
import type { Call } from "./call.ts";
import { asCurl } from "./snippets.ts";

/** A call as it is recorded. */
function call(method: string, path: string, body?: unknown): Call {
  return {
    id: 1,
    method,
    path,
    headers: [],
    body: body === undefined ? null : JSON.stringify(body),
    file: null,
    status: 200,
    ms: 1,
    answer: null,
  };
}

Deno.test("nothing that was typed can leave its place in a command of the shell", async () => {
  const hostile =
    `'; touch attacked; echo '$(touch attacked)\`touch attacked\``;
  const recorded = {
    ...call("POST", `conversation-history?q="$(touch attacked)`, hostile),
    headers: [["x-file-name", hostile]] as [string, string][],
  };
  const folder = await Deno.makeTempDir();
  try {
    const script = asCurl(recorded, { url: hostile, key: hostile });
    const { success } = await new Deno.Command("bash", {
      args: [
        "-c",
        `curl() { :; }
${script}`,
      ],
      cwd: folder,
    }).output();
    assert.ok(success);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
