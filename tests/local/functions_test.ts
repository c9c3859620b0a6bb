import assert from "node:assert/strict";
import { join } from "node:path";
import { ownStack, probeFolder } from "./own_stack.ts";
import { until } from "./processes.ts";

const functionsDir = await probeFolder();
const index = join(functionsDir, "probe/index.ts");
const code = await Deno.readTextFile(index);
const { stack } = await ownStack({ functionsDir });
const probe = `${stack.apiUrl}/functions/v1/probe`;

async function says(): Promise<string> {
  const answer = await fetch(probe);
  return `${answer.status} ${await answer.text()}`;
}

Deno.test("a function reads no file, writes none, runs nothing, and reaches nothing but the gateway", async () => {
  const outcomes = await (await fetch(`${probe}/sandbox`)).json();
  assert.deepEqual(outcomes, {
    readFile: "NotCapable",
    readOwnFolder: "NotCapable",
    writeFile: "NotCapable",
    runProgram: "NotCapable",
    reachOtherPort: "NotCapable",
    reachOtherHost: "NotCapable",
    listen: "NotCapable",
    readSystem: "NotCapable",
    readVariable: "Error",
    reachGateway: "done",
    readOwnVariable: "done",
  });
});

Deno.test("a function is restarted when its code changes", async () => {
  assert.equal(await says(), "200 version 1");
  await Deno.writeTextFile(index, code.replace("version 1", "version 2"));
  await until(async () => await says() === "200 version 2", 10);
});

Deno.test("a function that does not boot is 503 BOOT_ERROR, and comes back when it is mended", async () => {
  await Deno.writeTextFile(index, "export default {");
  await until(async () => (await says()).startsWith("503"), 10);
  const { code: problem } = JSON.parse((await says()).slice(4));
  assert.equal(problem, "BOOT_ERROR");
  await Deno.writeTextFile(index, code);
  await until(async () => await says() === "200 version 1", 10);
});

Deno.test("a function that ends in the middle is 500 WORKER_ERROR, and is started again", async () => {
  const before = stack.functions.pid("probe");
  const answer = await fetch(`${probe}/exit`);
  assert.equal(answer.status, 500);
  assert.equal((await answer.json()).code, "WORKER_ERROR");
  await until(async () => await says() === "200 version 1", 10);
  assert.notEqual(stack.functions.pid("probe"), before);
});

Deno.test("a function that is added is served, and one that is removed is not", async () => {
  const added = join(functionsDir, "added");
  await Deno.mkdir(added);
  await Deno.writeTextFile(
    join(added, "index.ts"),
    'export default { fetch: () => new Response("added") };',
  );
  const url = `${stack.apiUrl}/functions/v1/added`;
  await until(async () => (await (await fetch(url)).text()) === "added", 10);
  await Deno.remove(added, { recursive: true });
  await until(async () => {
    const answer = await fetch(url);
    await answer.body?.cancel();
    return answer.status === 404;
  }, 10);
});
