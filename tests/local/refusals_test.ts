import assert from "node:assert/strict";
import { clusterFolders } from "../../local/postgres/folders.ts";
import { withSql } from "../support/sql.ts";
import { launch, newPlace, type Place, runTask } from "./launch.ts";
import { allGone, descendants } from "./processes.ts";

/** Starts what cannot start, and gives back the one sentence that it says. */
async function refusal(
  place: Place,
  env?: Record<string, string>,
): Promise<string> {
  await using stack = launch(place, { env });
  assert.equal(await stack.ended(), 1, stack.printed());
  const printed = stack.printed();
  assert.doesNotMatch(printed, /\n\s+at |Uncaught/, "no stack trace");
  assert.deepEqual(
    await descendants(stack.process.pid),
    [stack.process.pid],
    "nothing is left running",
  );
  return printed;
}

Deno.test("a gateway port in use is said in a sentence that names the way out", async () => {
  await using place = await newPlace();
  using _busy = Deno.listen({ hostname: "127.0.0.1", port: place.port });
  assert.match(await refusal(place), /Port \d+ is in use.*LOCAL_PORT/);
});

Deno.test("a database port in use is said in a sentence that names the way out", async () => {
  await using place = await newPlace();
  using _busy = Deno.listen({ hostname: "127.0.0.1", port: place.dbPort });
  assert.match(await refusal(place), /Port \d+ is in use.*LOCAL_DB_PORT/);
});

Deno.test("a port that is no number and a URL that is none are said in a sentence", async () => {
  await using place = await newPlace();
  assert.match(await refusal(place, { LOCAL_PORT: "http" }), /LOCAL_PORT is/);
  assert.match(
    await refusal(place, { LOCAL_AUTH_URL: "nowhere" }),
    /LOCAL_AUTH_URL is/,
  );
});

Deno.test("a data folder that cannot be made is said in a sentence", async () => {
  await using place = await newPlace();
  const file = `${place.dataDir}/file`;
  await Deno.writeTextFile(file, "");
  assert.match(
    await refusal({ ...place, dataDir: `${file}/below` }),
    /cannot be written to.*LOCAL_DATA_DIR/,
  );
});

Deno.test("a broken cluster or stack.json is said in a sentence that names the way out", async () => {
  await using place = await newPlace();
  {
    await using stack = launch(place);
    await stack.ready();
  }
  const cluster = await clusterOf(place.dataDir);
  const breakable: [path: string, says: RegExp][] = [
    [`${cluster}/global/pg_control`, /broken.*deno task reset/s],
    [`${cluster}/PG_VERSION`, /broken.*deno task reset/s],
    [`${place.dataDir}/stack.json`, /stack\.json.*damaged.*deno task reset/s],
  ];
  for (const [path, says] of breakable) {
    const { uid, gid } = await Deno.stat(path);
    const content = await Deno.readFile(path);
    await Deno.writeTextFile(path, "{}");
    assert.match(await refusal(place), says);
    await Deno.writeFile(path, content);
    await Deno.chown(path, uid, gid);
  }
  await using mended = launch(place);
  await mended.ready();
});

Deno.test("a second stack on a data folder is refused and the first goes on", async () => {
  await using place = await newPlace();
  await using first = launch(place);
  await first.ready();
  await using other = await newPlace();
  assert.match(
    await refusal({ ...other, dataDir: place.dataDir }),
    /running on .* already .*LOCAL_DATA_DIR/s,
  );
  await assertHealthy(first.target.url);
});

Deno.test("of two stacks that start on a data folder at once, one is refused", async () => {
  await using place = await newPlace();
  await using other = await newPlace();
  await using one = launch(place);
  await using two = launch({ ...other, dataDir: place.dataDir });
  const [first, second] = await Promise.allSettled([one.ready(), two.ready()]);
  assert.notEqual(first.status, second.status);
  const [winner, loser] = first.status === "fulfilled"
    ? [one, two]
    : [two, one];
  assert.match(loser.printed(), /running on .* already/);
  await assertHealthy(winner.target.url);
});

Deno.test("status prints the variables of a running stack, and a sentence when none runs", async () => {
  await using place = await newPlace();
  const none = await runTask("local/status.ts", place);
  assert.equal(none.code, 1);
  assert.match(none.printed, /No stack is running here/);

  await using stack = launch(place);
  await stack.ready();
  const { code, printed } = await runTask("local/status.ts", place);
  assert.equal(code, 0);
  const { url, dbUrl, publishableKey, secretKey } = stack.target;
  const [row] = await withSql((sql) => sql`select current_user as me`, dbUrl);
  assert.equal(row?.me, "postgres");
  for (
    const line of [
      `API_URL="${url}"`,
      `DB_URL="${dbUrl}"`,
      `FUNCTIONS_URL="${url}/functions/v1"`,
      `PUBLISHABLE_KEY="${publishableKey}"`,
      `SECRET_KEY="${secretKey}"`,
    ]
  ) assert.ok(printed.split("\n").includes(line), line);

  const pids = await stack.pids();
  await stack.stop("SIGKILL");
  const killed = await runTask("local/status.ts", place);
  assert.equal(killed.code, 1, "a killed one does not run");
  assert.equal((await runTask("local/reset.ts", place)).code, 0);
  await allGone(pids, 10);
});

Deno.test("two stacks run side by side, say how far they are, and the commands that they print work as pasted", async () => {
  await using here = await newPlace();
  await using there = await newPlace();
  await using one = launch(here);
  await using two = launch(there);
  await Promise.all([one.ready(), two.ready()]);
  for (const stack of [one, two]) {
    const printed = stack.printed();
    assert.match(
      printed,
      /Starting the database\.\nApplying migrations\.\nStarting the functions\./,
    );
    const commands = printed.slice(
      printed.indexOf("  TOKEN="),
      printed.indexOf("Ctrl-C"),
    );
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", commands],
    }).output();
    const answer = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(answer.messages[0].content, "Hello, Continuum");
    assert.equal(answer.messages[0].seq, 1);
  }
});

/** Where the cluster is: outside the data folder if root runs the stack. */
async function clusterOf(dataDir: string): Promise<string> {
  const [inside, outside] = clusterFolders(dataDir);
  return await Deno.stat(inside).then(() => inside, () => outside);
}

async function assertHealthy(url: string): Promise<void> {
  const health = await fetch(
    `${url}/functions/v1/conversation-append/_/health`,
  );
  assert.equal(health.status, 200, await health.text());
}
