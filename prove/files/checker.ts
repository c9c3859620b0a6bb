/** Uploads, links, deletions and sweeps at random while everything around them fails. */
import { randomFaults } from "../../tests/client/random_faults.ts";
import { unreliableNetwork } from "../../tests/client/unreliable_network.ts";
import { seeded } from "../../tests/lineage/random.ts";
import { targetOf } from "../../tests/local/own_stack.ts";
import { type Actor, signUp } from "../../tests/support/actors.ts";
import { insist } from "../call.ts";
import type { Checker, Task } from "../checker.ts";
import type { Report } from "../report.ts";
import { Faults } from "../faults/inject.ts";
import { plannedFaults } from "../faults/plan.ts";
import { untilQuiet } from "../faults/quiet.ts";
import { check, checkSwept } from "./check.ts";
import { Client, type Shared } from "./client.ts";
import { Files, isSame } from "./history.ts";
import { plannedSteps } from "./plan.ts";
import { plants } from "./plants.ts";
import { cleanStorage, readStored } from "./stored.ts";

/** Who there is, and whether the network between them and the stack fails. */
const CAST = [
  { person: 0, isUnreliable: false },
  { person: 0, isUnreliable: false },
  { person: 0, isUnreliable: true },
  { person: 1, isUnreliable: false },
  { person: 1, isUnreliable: true },
  { person: 1, isUnreliable: true },
] as const;

/** Two that stay, and one that is deleted now and then. */
const CONVERSATIONS = 3;

/** Files whose bytes are read again at the end, the newest of each owner. */
const READ_AGAIN = 300;

export const checker: Checker = {
  name: "files",
  summary: "Uploads, links, deletions and sweeps at random, under faults.",
  plants,
  run,
};

async function run(
  { stack, dataDir, seconds, seed, report, signal }: Task,
): Promise<void> {
  const direct = targetOf(stack);
  const people = [
    await signUp("first", direct),
    await signUp("second", direct),
  ] as const;
  const maintenance = { headers: { apikey: stack.secretKey } };
  await using networks = new AsyncDisposableStack();
  const files = new Files(report);
  const conversations: string[] = [];
  for (let n = 0; n < CONVERSATIONS; n++) {
    const json = { continuation_id: `files ${n}`, messages: [] };
    const { body } = await insist(people[0], direct, "conversation-append", {
      json,
    });
    const { id } = body.conversation;
    const member = `conversation-history/${id}/members/${people[1].id}`;
    await insist(people[0], direct, member, {
      method: "PUT",
      json: { role: "editor" },
    });
    conversations.push(id);
  }

  let number = 0;
  const shared: Shared = {
    files,
    report,
    people,
    maintenance,
    conversations,
    number: () => number++,
  };
  const clients: Client[] = [];
  for (const [n, { person, isUnreliable }] of CAST.entries()) {
    const at = isUnreliable
      ? networks.use(
        await unreliableNetwork(randomFaults(seeded(seed * 1000 + n)), {
          to: direct,
        }),
      ).at
      : direct;
    clients.push(new Client(`client${n}`, people[person], at, shared));
  }

  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const faults = new Faults(stack, report, [
    "file-upload",
    "file-download",
    "conversation-append",
  ]);
  await Promise.all([
    faults.run(plannedFaults(seeded(seed)), over),
    ...clients.map((client, n) =>
      client.run(plannedSteps(seeded(seed * 1000 + 100 + n)), over)
    ),
  ]);

  await untilQuiet(stack);
  const before = await readStored(stack.adminDbUrl, dataDir);
  for (const anomaly of check(files, before)) report.anomaly(anomaly);
  await readAgain(files, people, direct, report);

  await sweepAll(maintenance, direct);
  report.figure(
    "files that only Storage's own cleaning removed",
    await cleanStorage(stack.adminDbUrl, dataDir),
  );
  const after = await readStored(stack.adminDbUrl, dataDir);
  for (const anomaly of [...check(files, after), ...checkSwept(after)]) {
    report.anomaly(anomaly);
  }

  report.figure("uploads", files.uploads.length);
  report.figure("files that were told to be ready", files.files.size);
  report.figure("files at the end", after.files.size);
  report.figure("links at the end", after.links.length);
  report.figure(
    "bytes at the end",
    after.usage.reduce((sum, { bytes }) => sum + bytes, 0),
  );
}

/** What is there is there for its owner, byte for byte. */
async function readAgain(
  files: Files,
  people: readonly (Actor & { id: string })[],
  at: ReturnType<typeof targetOf>,
  report: Report,
): Promise<void> {
  for (const person of people) {
    const own = [...files.files.values()]
      .filter((file) => file.owner === person.id && files.mustBeThere(file))
      .slice(-READ_AGAIN);
    for (const file of own) {
      const response = await fetch(
        `${at.url}/functions/v1/file-download/${file.id}`,
        { headers: person.headers },
      );
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (!response.ok || !isSame(bytes, file.bytes)) {
        report.anomaly({
          kind: "lost bytes",
          detail:
            `${file.id} was read as ${bytes.length} bytes with status ${response.status}, and has ${file.bytes.length}.`,
        });
      }
    }
  }
}

/** Gives up what is pending, and removes what is deleted, until there is nothing left to do. */
async function sweepAll(
  maintenance: { headers: Record<string, string> },
  at: ReturnType<typeof targetOf>,
): Promise<void> {
  for (let sweeps = 0; sweeps < 200; sweeps++) {
    const { body } = await insist(maintenance, at, "file-upload/_/sweep", {
      json: { pending_seconds: 0 },
    });
    const { expired, objects, rows, more } = body;
    if (!more && expired + objects + rows === 0) return;
  }
}
