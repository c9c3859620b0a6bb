/**
 * `deno task bench [conversations|growth|files|follow|peers|scale] [--quick] [--out=<file>]`: each operation beside the
 * bare service and the bare statement, in one run on one machine, as ratios. Prints tables and
 * writes JSON to bench/latest.json. A figure is not a test: nothing here passes or fails.
 */
import { endingInSentences } from "../local/failures.ts";
import { type Bed, makeBed } from "./bed.ts";
import { benchConversations } from "./conversations.ts";
import { benchFiles } from "./files.ts";
import { benchFollow } from "./follow.ts";
import { benchGrowth } from "./growth.ts";
import { benchPeers } from "./peers.ts";
import { benchScale } from "./scale.ts";
import { asTable, type Section } from "./report.ts";

const quick = Deno.args.includes("--quick");
const out = Deno.args.find((arg) => arg.startsWith("--out="))?.slice(6) ??
  new URL("latest.json", import.meta.url);
const wanted = Deno.args.filter((arg) => !arg.startsWith("--"));

const parts: Record<string, (bed: Bed) => Promise<Section[]>> = {
  conversations: (bed) => benchConversations(bed, quick ? 10 : 60),
  growth: (bed) =>
    benchGrowth(
      bed,
      quick ? 5 : 30,
      quick
        ? { small: 200, large: 2000, others: 2000 }
        : { small: 1000, large: 100_000, others: 100_000 },
    ),
  peers: (bed) =>
    benchPeers(
      bed,
      quick
        ? { rounds: 10, sizes: [10], largest: 10, clients: [1], seconds: 1 }
        : {
          rounds: 40,
          sizes: [10, 1000, 10_000, 1_000_000],
          largest: 10_000,
          clients: [1, 8, 32],
          seconds: 5,
        },
    ),
  scale: (bed) =>
    benchScale(
      bed,
      quick
        ? { messages: 20_000, appends: 50, rounds: 2 }
        : { messages: 3_000_000, appends: 200, rounds: 20 },
    ),
  follow: (bed) => benchFollow(bed, quick ? 5 : 40, quick ? 5 : 30),
  files: (bed) => benchFiles(bed, quick ? 1 : 5, quick ? [1, 10] : [1, 10, 50]),
};

await endingInSentences(async () => {
  const sections: Section[] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    // A stack for each, so that none is measured on what another has left.
    await using bed = await makeBed();
    for (const section of await run(bed)) {
      console.log(`\n${asTable(section)}`);
      sections.push(section);
    }
  }
  const machine = {
    cores: navigator.hardwareConcurrency,
    os: Deno.build.os,
    arch: Deno.build.arch,
    deno: Deno.version.deno,
    memoryMb: Math.round(Deno.systemMemoryInfo().total / 1024 / 1024),
  };
  await Deno.writeTextFile(
    out,
    JSON.stringify({ machine, quick, sections }, null, 2) + "\n",
  );
});
