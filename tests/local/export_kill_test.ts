import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, request } from "../support/http.ts";
import { ownStack } from "./own_stack.ts";
import { until } from "./processes.ts";

const { stack, at } = await ownStack();
const owner = await signUp("owner", at);

Deno.test("an export whose function is killed halfway breaks off and does not end; the next is whole", async () => {
  // More than the sockets on the way hold, so that the function has some left to send.
  for (let batch = 0; batch < 10; batch++) {
    const messages = Array.from({ length: 4 }, () => "x".repeat(1_000_000));
    await append(owner, "long", messages, { at });
  }
  const url = `${at.url}/functions/v1/conversation-history/long/export`;
  const response = await fetch(url, { headers: owner.headers });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = decoder.decode((await reader.read()).value, { stream: true });

  const pid = stack.functions.pid("conversation-history");
  assert.ok(pid);
  Deno.kill(pid, "SIGKILL");
  await assert.rejects(async () => {
    for (let done = false; !done;) {
      const next = await reader.read();
      done = next.done;
      text += decoder.decode(next.value, { stream: true });
    }
  });
  assert.ok(!text.includes('"type":"end"'));

  const again = () =>
    request(owner, "conversation-history/long/export", { at });
  await until(async () => (await again()).status === 200, 10);
  const lines = (await again()).text.trimEnd().split("\n");
  assert.deepEqual(JSON.parse(lines.at(-1) ?? ""), {
    type: "end",
    messages: 40,
    files: 0,
  });
});
