/**
 * Continuum beside what else keeps messages in PostgreSQL, by the peers' own drivers and in one run. The peers
 * run in Node.js from bench/peers, a project of its own, so that their packages are nobody else's.
 */
import type { Bed } from "./bed.ts";
import { ratio, rounded, type Section } from "./report.ts";
import { conversationOf } from "./rows.ts";

export interface PeerOptions {
  rounds: number;
  /** Messages in a conversation before it is measured. */
  sizes: number[];
  /** The largest conversation to measure a peer with, unless the peer sets its own limit. */
  largest: number;
  clients: number[];
  /** How long each rate is measured. */
  seconds: number;
}

interface Figures {
  sizes: {
    name: string;
    size: number;
    append: number;
    read: number;
    appendCpu: number | null;
    readCpu: number | null;
  }[];
  rates: { name: string; clients: number; perSecond: number }[];
}

const folder = new URL("./peers/", import.meta.url);

export async function benchPeers(
  bed: Bed,
  options: PeerOptions,
): Promise<Section[]> {
  await install();
  const filled: Record<number, string> = {};
  for (const size of options.sizes) {
    console.error(`filling a conversation of ${size} messages`);
    filled[size] = await conversationOf(bed, size);
  }
  await bed.admin`vacuum analyze`;
  const { sizes, rates } = await run({
    ...options,
    filled,
    apiUrl: bed.stack.apiUrl,
    dbUrl: bed.stack.dbUrl,
    userId: bed.user.id,
    headers: bed.user.headers,
  });
  const base = (size: number) =>
    sizes.find((s) => s.size === size && s.name.startsWith("three"));
  return [
    ...options.sizes.map((size) => ({
      title: `A conversation of ${size.toLocaleString("en")} messages`,
      rows: sizes.filter((s) => s.size === size).map((s) => ({
        what: s.name,
        figures: {
          "append, ms": rounded(s.append),
          "last 100, ms": rounded(s.read),
          "append/three calls": ratio(s.append, base(size)?.append ?? NaN),
          "last 100/three calls": ratio(s.read, base(size)?.read ?? NaN),
          ...(s.appendCpu === null ? {} : {
            "CPU of PostgreSQL, append, ms": rounded(s.appendCpu),
            "CPU of PostgreSQL, last 100, ms": rounded(s.readCpu ?? NaN),
          }),
        },
      })),
    })),
    {
      title: "Appends a second",
      rows: [...new Set(rates.map(({ name }) => name))].map((name) => ({
        what: name,
        figures: Object.fromEntries(
          rates.filter((r) => r.name === name).map((r) => [
            `${r.clients} clients`,
            rounded(r.perSecond),
          ]),
        ),
      })),
    },
  ];
}

async function install(): Promise<void> {
  const { success } = await new Deno.Command("npm", {
    args: [
      "install",
      "--no-package-lock",
      "--legacy-peer-deps",
      "--no-audit",
      "--no-fund",
      "--silent",
    ],
    cwd: folder,
  }).output();
  if (!success) throw new Error("npm could not install bench/peers.");
}

async function run(bed: object): Promise<Figures> {
  const child = new Deno.Command("node", {
    args: ["run.mjs"],
    cwd: folder,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(bed)));
  await writer.close();
  const { stdout, success } = await child.output();
  if (!success) throw new Error("bench/peers has failed.");
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return JSON.parse(lines.at(-1) ?? "");
}
