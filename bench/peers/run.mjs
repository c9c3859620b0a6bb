/**
 * Measures Continuum and its peers in one run, by turns, on the database that `deno task bench peers` has
 * started. Reads the bed as JSON from standard input, and prints the figures as JSON.
 */
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import postgres from "postgres";
import { inSql, throughFunction } from "./continuum.mjs";
import { langchain } from "./langchain.mjs";
import { langgraph } from "./langgraph.mjs";
import { mastra } from "./mastra.mjs";
import { threeCalls } from "./three_calls.mjs";

/** @type {{ apiUrl: string, dbUrl: string, userId: string, headers: Record<string, string>, rounds: number, sizes: number[], clients: number[], seconds: number, filled: Record<string, string> }} */
const bed = JSON.parse(readFileSync(0, "utf8"));

const CONTENT =
  "Explain how the row lock keeps the order of messages in a conversation when two clients write at the same time. "
    .repeat(3);

const subjects = [
  throughFunction(bed),
  inSql(bed),
  threeCalls(bed),
  mastra(bed),
  langchain(bed),
  langgraph(bed),
];

const admin = postgres(bed.dbUrl, { max: 1, onnotice: () => {} });
const TICK_MS = 10;

const median = (values) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU milliseconds of the server processes of an application's open connections; null if it is not Linux. */
async function cpuOf(application) {
  if (process.platform !== "linux" || application === undefined) return null;
  const rows =
    await admin`select pid from pg_stat_activity where application_name = ${application}`;
  return rows.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]
      .split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }, 0);
}

/** Its name of a conversation of that size: Continuum's are filled by SQL before, since they have rules. */
async function conversationOf(subject, client, size) {
  if (bed.filled[size] && subject.name.startsWith("Continuum")) {
    return bed.filled[size];
  }
  const name = randomUUID();
  if (client.fill) await client.fill(name, size, CONTENT);
  else for (let n = 0; n < size; n++) await client.append(name, CONTENT);
  return name;
}

/** One after another and by turns, so that whatever else the machine does hits all of them. */
async function byTurns(size) {
  const taken = [];
  for (const subject of subjects) {
    if (size > (subject.largest ?? bed.largest)) continue;
    const client = await subject.open();
    const name = await conversationOf(subject, client, size);
    taken.push({ subject, client, name, append: [], read: [], cpu: {} });
  }
  for (const operation of ["append", "read"]) {
    const before = await Promise.all(
      taken.map((t) => cpuOf(t.subject.application)),
    );
    for (let round = -10; round < bed.rounds; round++) {
      for (const each of taken) {
        const startedAt = performance.now();
        await (operation === "append"
          ? each.client.append(each.name, CONTENT)
          : each.client.read(each.name));
        if (round >= 0) each[operation].push(performance.now() - startedAt);
      }
    }
    for (const [index, each] of taken.entries()) {
      const after = await cpuOf(each.subject.application);
      each.cpu[operation] = after === null
        ? null
        : (after - before[index]) / (bed.rounds + 10);
    }
  }
  for (const { client } of taken) await client.close();
  return taken.map(({ subject, append, read, cpu }) => ({
    name: subject.name,
    size,
    append: median(append),
    read: median(read),
    appendCpu: cpu.append,
    readCpu: cpu.read,
  }));
}

/** Appends a second by several clients, each to a conversation of its own. */
async function throughput(subject, clients) {
  const open = await Promise.all(
    Array.from({ length: clients }, async () => ({
      client: await subject.open(),
      name: randomUUID(),
    })),
  );
  for (const { client, name } of open) await client.append(name, CONTENT);
  const until = performance.now() + bed.seconds * 1000;
  let appended = 0;
  await Promise.all(open.map(async ({ client, name }) => {
    while (performance.now() < until) {
      await client.append(name, CONTENT);
      appended++;
    }
  }));
  for (const { client } of open) await client.close();
  return { name: subject.name, clients, perSecond: appended / bed.seconds };
}

const sizes = [];
for (const size of bed.sizes) sizes.push(...await byTurns(size));
const rates = [];
for (const clients of bed.clients) {
  for (const subject of subjects) {
    rates.push(await throughput(subject, clients));
  }
}
console.log(JSON.stringify({ sizes, rates }));
process.exit(0);
