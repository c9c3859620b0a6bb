/**
 * Random calls of several clients over networks that fail at random. What the clients believed is compared with what
 * is stored: nothing lost, nothing doubled, order kept.
 *
 *   CONTINUUM_CLIENT_CALLS=10000   more calls than the 400 of an ordinary run
 *   CONTINUUM_CLIENT_SEED=7        begins at another seed
 */
import assert from "node:assert/strict";
import openapi from "../../supabase/functions/_shared/generated/openapi/conversation-history.json" with {
  type: "json",
};
import { until } from "../local/processes.ts";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { seeded } from "../lineage/random.ts";
import { clientOf } from "./clients.ts";
import { Journal } from "./journal.ts";
import { Writer } from "./random_calls.ts";
import { randomFaults } from "./random_faults.ts";
import { unreliableNetwork } from "./unreliable_network.ts";

const CALLS = Number(Deno.env.get("CONTINUUM_CLIENT_CALLS") ?? 400);
const SEED = Number(Deno.env.get("CONTINUUM_CLIENT_SEED") ?? 1);
const WRITERS = 20;

const transports = ["stream", "poll"] as const;

/** Until the route is there. */
const follows = "/conversation-history/{continuation_id}/follow" in
  openapi.paths;

/** A slow machine is not a network that fails, but to a client it looks the same. */
const TIMEOUT_MS = 3000;

Deno.test(`${CALLS} calls over networks that fail: nothing is lost, doubled or reordered`, async () => {
  const [owner, editor] = [await signUp("owner"), await signUp("editor")];
  const journal = new Journal();
  const shared: { id: string; name: string }[] = [];
  for (const name of [fresh("shared"), fresh("shared")]) {
    const conversation = clientOf(owner).conversation(name);
    const { conversation: { id } } = await conversation.append([]);
    await conversation.members.put(editor.id, "editor");
    shared.push({ id, name });
  }

  await using networks = new AsyncDisposableStack();
  const over = new AbortController();
  const followers = follows
    ? shared.flatMap(({ id, name }, place) =>
      transports.map(async (transport, n) => {
        const faults = randomFaults(seeded(SEED * 1000 + 900 + 2 * place + n));
        const network = networks.use(await unreliableNetwork(faults));
        const client = clientOf(editor, { timeoutMs: TIMEOUT_MS }, network.at);
        const heard: string[] = [];
        journal.followed.push({ conversation: name, heard });
        const { signal } = over;
        const messages = client.conversation(id).follow({ transport, signal });
        for await (const message of messages) heard.push(message.id);
      })
    )
    : [];
  let left = CALLS;
  let requests = 0;
  await Promise.all(Array.from({ length: WRITERS }, async (_, n) => {
    const network = networks.use(
      await unreliableNetwork(randomFaults(seeded(SEED * 1000 + n))),
    );
    const client = clientOf(
      n % 2 === 0 ? owner : editor,
      { timeoutMs: TIMEOUT_MS },
      network.at,
    );
    const random = seeded(SEED * 1000 + 500 + n);
    const writer = new Writer(client, journal, random, n, shared);
    while (left-- > 0) await writer.step();
    requests += network.seen.length;
  }));

  await until(() => journal.isHeard([owner.id, editor.id]), 120);
  over.abort();
  await Promise.all(followers);
  const disagreements = await journal.disagreements([owner.id, editor.id]);
  const endings = [...journal.endings].sort().map(([ending, count]) =>
    `${count} ${ending}`
  );
  console.log(`${requests} requests: ${endings.join(", ")}`);
  assert.deepEqual(disagreements, [], `CONTINUUM_CLIENT_SEED=${SEED}`);
});
