import assert from "node:assert/strict";
import { launch, newPlace } from "./launch.ts";
import { allGone, descendants, until } from "./processes.ts";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} leaves no process behind`, async () => {
    await using place = await newPlace();
    await using stack = launch(place);
    await stack.ready();
    const pids = await stack.pids();
    assert.ok(pids.length >= 6, "the stack, PostgreSQL and four functions");
    assert.equal(await stack.stop(signal), 0);
    await allGone(pids, 10);
  });
}

Deno.test("SIGTERM to npx alone leaves no process behind", async () => {
  await using place = await newPlace();
  await using stack = launch(place, {
    command: ["npx", "-y", `deno@${Deno.version.deno}`, "task", "start"],
  });
  await stack.ready();
  const pids = await stack.pids();
  assert.ok(pids.length >= 8, "npx, deno task, and the stack");
  stack.process.kill("SIGTERM");
  await allGone(pids, 10);
});

Deno.test("a stack whose deno task is killed leaves no process behind", async () => {
  await using place = await newPlace();
  await using stack = launch(place, {
    command: [Deno.execPath(), "task", "start"],
  });
  await stack.ready();
  const pids = await stack.pids();
  stack.process.kill("SIGKILL");
  await allGone(pids, 10);
});

Deno.test("a stack that is killed leaves no process behind, by itself", async () => {
  await using place = await newPlace();
  await using stack = launch(place);
  await stack.ready();
  const pids = await stack.pids();
  await stack.stop("SIGKILL");
  await allGone(pids, 10);
});

Deno.test("a stack that is killed after its terminal has hung up on all of it leaves no process behind", async () => {
  await using place = await newPlace();
  await using stack = launch(place);
  await stack.ready();
  const pids = await stack.pids();
  for (const pid of pids) {
    if (pid !== stack.process.pid) Deno.kill(pid, "SIGHUP");
  }
  await stack.stop("SIGKILL");
  await allGone(pids, 10);
});

Deno.test("a stack that is asked to end while it starts leaves no process behind", async () => {
  await using place = await newPlace();
  await using stack = launch(place);
  await until(
    async () => (await descendants(stack.process.pid)).length > 1,
    10,
  );
  const pids = await stack.pids();
  assert.equal(await stack.stop("SIGTERM"), 0);
  await allGone(pids, 10);
});

Deno.test("a request that does not end does not keep a stack from ending", async () => {
  await using place = await newPlace();
  await using stack = launch(place);
  await stack.ready();
  const slow = await Deno.connect({ hostname: "127.0.0.1", port: place.port });
  await slow.write(
    new TextEncoder().encode(
      "POST /functions/v1/conversation-append HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    ),
  );
  const startedAt = Date.now();
  assert.equal(await stack.stop(), 0);
  assert.ok(Date.now() - startedAt < 8000);
  slow.close();
});
