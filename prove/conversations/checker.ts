/** Many clients in few conversations while everything around them fails: what Jepsen calls a list-append test. */
import { seeded } from "../../tests/lineage/random.ts";
import { randomFaults } from "../../tests/client/random_faults.ts";
import { unreliableNetwork } from "../../tests/client/unreliable_network.ts";
import { targetOf } from "../../tests/local/own_stack.ts";
import { type Actor, signUp } from "../../tests/support/actors.ts";
import type { Target } from "../../tests/support/target.ts";
import { insist, sleep } from "../call.ts";
import type { Checker, Task } from "../checker.ts";
import { Faults } from "../faults/inject.ts";
import { plannedFaults } from "../faults/plan.ts";
import { untilQuiet } from "../faults/quiet.ts";
import { check } from "./check.ts";
import { checkBackstops } from "./backstops.ts";
import { Client, type Shared } from "./client.ts";
import { Follower, type Transport } from "./follower.ts";
import { History } from "./history.ts";
import { type Place, Places } from "./places.ts";
import { plannedSteps } from "./plan.ts";
import { plants } from "./plants.ts";
import { readStored } from "./stored.ts";

/** Long conversations that all clients meet in; one more is deleted now and then. */
const SHARED_PLACES = 2;

/** Who there is: how many clients of each, and whether the network between them and the stack fails. */
const CAST = [
  { role: "owner", clients: 3, isUnreliable: false },
  { role: "owner", clients: 2, isUnreliable: true },
  { role: "editor", clients: 2, isUnreliable: false },
  { role: "editor", clients: 1, isUnreliable: true },
  { role: "viewer", clients: 1, isUnreliable: false },
  { role: "viewer", clients: 1, isUnreliable: true },
] as const;

/** A follower of a conversation that nobody writes to any more may take this long to have all of it. */
const CATCH_UP_MS = 60_000;

/** After this long, all that clients have sent to a place before they left it has ended. */
const RETIRE_MS = 40_000;

export const checker: Checker = {
  name: "conversations",
  summary: "Appenders, readers and followers at random, under faults.",
  plants,
  run,
};

async function run(
  { stack, seconds, seed, report, signal }: Task,
): Promise<void> {
  const direct = targetOf(stack);
  const people = {
    owner: await signUp("owner", direct),
    editor: await signUp("editor", direct),
    viewer: await signUp("viewer", direct),
  };
  await using networks = new AsyncDisposableStack();
  const unreliable = async (number: number): Promise<Target> =>
    networks.use(
      await unreliableNetwork(randomFaults(seeded(seed * 1000 + number)), {
        to: direct,
      }),
    ).at;

  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const history = new History(report);
  const following = new AbortController();
  const followers: { follower: Follower; done: Promise<void> }[] = [];
  const introduced: Promise<void>[] = [];
  let nextFollower = 500;
  const places = new Places(
    crypto.randomUUID().slice(0, 8),
    SHARED_PLACES,
    {
      opened: (place) =>
        void introduced.push(
          introduce(place).catch((error) =>
            report.anomaly({ kind: "refusal", detail: String(error) })
          ),
        ),
      closed: (place) => void retire(place),
    },
  );

  /** Shares a new conversation, and follows it in each way. */
  async function introduce(place: Place & { id?: string }): Promise<void> {
    const { id = "", name } = place;
    const members = `conversation-history/${id}/members`;
    for (const role of ["editor", "viewer"] as const) {
      const json = { role };
      const invited = `${members}/${people[role].id}`;
      await insist(people.owner, direct, invited, { method: "PUT", json });
      await insist(people[role], direct, `${members}/me`, { method: "PUT" });
    }
    place.isShared = true;
    for (
      const [actor, transport] of [
        ["editor", "events"],
        ["viewer", "answers"],
        ["owner", "events"],
      ] as const
    ) {
      await follow(people[actor], transport, { id, name });
    }
  }

  /** Lets the followers of a place go that nobody writes to any more. */
  async function retire({ id }: Place): Promise<void> {
    await sleep(RETIRE_MS, over);
    if (over.aborted) return;
    const path = `conversation-history/${id}/follow?after=now`;
    const { body } = await insist(people.owner, direct, path);
    for (const { follower } of followers) {
      if (follower.place.id === id) follower.retire(body.last_seq);
    }
  }

  async function follow(
    actor: Actor,
    transport: Transport,
    place: { id: string; name: string },
  ) {
    const number = nextFollower++;
    const at = await unreliable(number);
    const follower = new Follower(
      `follower ${number}`,
      actor,
      at,
      transport,
      place,
      history,
      report,
    );
    followers.push({ follower, done: follower.run(following.signal) });
  }

  let number = 0;
  const shared: Shared = { history, places, report, number: () => number++ };
  const clients: Client[] = [];
  for (const { role, clients: count, isUnreliable } of CAST) {
    for (let n = 0; n < count; n++) {
      const at = isUnreliable ? await unreliable(clients.length) : direct;
      clients.push(
        new Client(
          `${role}${clients.length}`,
          people[role],
          role === "owner",
          at,
          shared,
        ),
      );
    }
  }

  const faults = new Faults(stack, report, [
    "conversation-append",
    "conversation-history",
  ]);
  await Promise.all([
    faults.run(plannedFaults(seeded(seed)), over),
    ...clients.map((client, n) => {
      const role = client.actor === people.viewer ? "viewer" : "owner";
      return client.run(
        plannedSteps(seeded(seed * 1000 + 100 + n), role, places.count),
        over,
      );
    }),
  ]);

  await Promise.all(introduced);
  await untilQuiet(stack);
  const stored = await readStored(stack.adminDbUrl);
  for (const { follower: { heard } } of followers) {
    // What was owed to those that were let go is settled.
    if (heard.owed > 0) continue;
    heard.owed = stored.conversations.find(({ id }) =>
      id === heard.conversation
    )?.lastSeq ?? 0;
  }
  const end = performance.now() + CATCH_UP_MS;
  while (
    followers.some(({ follower: { heard } }) => heard.seq < heard.owed) &&
    performance.now() < end
  ) {
    await sleep(100);
  }
  following.abort();
  await Promise.all(followers.map(({ done }) => done));

  for (const anomaly of check(history, stored)) report.anomaly(anomaly);
  for (const anomaly of await checkBackstops(stack)) report.anomaly(anomaly);
  report.figure("batches", history.writes.length);
  report.figure("conversations", stored.conversations.length);
  report.figure(
    "rows",
    stored.conversations.reduce((sum, { rows }) => sum + rows.length, 0),
  );
  report.figure(
    "answers that were checked",
    history.conversations.reduce(
      (sum, { observations }) => sum + observations.length,
      0,
    ),
  );
  report.figure("followers", followers.length);
}
