/** Following through the client, over networks that cut: each follower gets every message once, in order. */
import assert from "node:assert/strict";
import type {
  Continuum,
  FollowOptions,
  Head,
  Message,
} from "../../client/src/index.ts";
import openapi from "../../supabase/functions/_shared/generated/openapi/conversation-history.json" with {
  type: "json",
};
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { seeded } from "../lineage/random.ts";
import { clientOf, newClient } from "./clients.ts";
import { randomFaults } from "./random_faults.ts";
import { first, unreliableNetwork } from "./unreliable_network.ts";

/** Until the route is there. */
const test = "/conversation-history/{continuation_id}/follow" in openapi.paths
  ? Deno.test
  : Deno.test.ignore;

const user = await signUp("owner");
const client = clientOf(user);
const transports = ["stream", "poll"] as const;

const said = (content: string) => ({ role: "user" as const, content });

/** The contents of the next `count` messages. */
async function take(
  messages: AsyncIterator<Message, void>,
  count: number,
): Promise<(string | null)[]> {
  const contents: (string | null)[] = [];
  while (contents.length < count) {
    const { value, done } = await messages.next();
    if (done) break;
    contents.push(value.content);
  }
  return contents;
}

/** Follows until the block ends. */
function following(
  options: FollowOptions,
  conversation = client.conversation(fresh("talk")),
) {
  const stop = new AbortController();
  const messages = conversation.follow({ signal: stop.signal, ...options });
  return {
    conversation,
    messages,
    stop,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await messages.return();
    },
  };
}

for (const transport of transports) {
  test(`by ${transport}: what is there comes first, then what is appended`, async () => {
    await using followed = following({ transport, after: 1 });
    const { conversation, messages } = followed;
    await conversation.append([said("1"), said("2"), said("3")]);
    assert.deepEqual(await take(messages, 2), ["2", "3"]);
    await conversation.append([said("4")]);
    await conversation.append([said("5"), said("6")]);
    assert.deepEqual(await take(messages, 3), ["4", "5", "6"]);
  });

  test(`by ${transport}: a conversation is followed before its first message`, async () => {
    await using followed = following({ transport });
    const next = take(followed.messages, 1);
    await followed.conversation.append([said("1")]);
    assert.deepEqual(await next, ["1"]);
  });

  test(`by ${transport}: from now on, nothing that was there before comes`, async () => {
    const heads: Head[] = [];
    const conversation = client.conversation(fresh("talk"));
    await conversation.append([said("1"), said("2")]);
    const known = Promise.withResolvers<void>();
    await using followed = following({
      transport,
      after: "now",
      onHead: (head) => {
        heads.push(head);
        known.resolve();
      },
    }, conversation);
    const next = take(followed.messages, 1);
    await known.promise;
    await conversation.append([said("3")]);
    assert.deepEqual(await next, ["3"]);
    assert.deepEqual(heads, [{ head_position: 2, last_seq: 2 }]);
  });

  test(`by ${transport}: a rewind and a switch are told, and messages alone are not`, async () => {
    const heads: number[] = [];
    let told = Promise.withResolvers<void>();
    await using followed = following({
      transport,
      onHead: ({ head_position }) => {
        heads.push(head_position);
        told.resolve();
      },
    });
    const { conversation, messages } = followed;
    await conversation.append([said("1"), said("2"), said("3")]);
    assert.deepEqual(await take(messages, 3), ["1", "2", "3"]);
    const next = take(messages, 1);
    await conversation.rewind(1);
    await told.promise;
    told = Promise.withResolvers();
    await conversation.update({ headPosition: 3 });
    await told.promise;
    await conversation.append([said("4")]);
    assert.deepEqual(await next, ["4"]);
    assert.deepEqual(heads, [1, 3]);
  });

  test(`by ${transport}: whoever loses access is told so`, async () => {
    const guest = await newClient("guest");
    const conversation = client.conversation(fresh("talk"));
    const { conversation: { id } } = await conversation.append([said("1")]);
    await conversation.members.put(guest.user.id, "viewer");
    await using followed = following(
      { transport },
      guest.client.conversation(id),
    );
    assert.deepEqual(await take(followed.messages, 1), ["1"]);
    const next = take(followed.messages, 1);
    await conversation.members.remove(guest.user.id);
    await assert.rejects(next, { code: "not_found", retryable: false });
  });

  test(`by ${transport}: an abort ends the loop at once, without an error`, async () => {
    await using followed = following({ transport });
    await followed.conversation.append([said("1")]);
    await take(followed.messages, 1);
    const next = take(followed.messages, 1);
    followed.stop.abort();
    assert.deepEqual(await next, []);
  });
}

test("an erasure is told", async () => {
  const erased = Promise.withResolvers<number[]>();
  await using followed = following({ onErased: erased.resolve });
  const { conversation, messages } = followed;
  await conversation.append([said("1"), said("2")]);
  await take(messages, 2);
  const next = take(messages, 1);
  await conversation.erase(1);
  assert.deepEqual(await erased.promise, [1]);
  await conversation.append([said("3")]);
  assert.deepEqual(await next, ["3"]);
});

test("a seq that the log has never reached is refused", async () => {
  const conversation = client.conversation(fresh("talk"));
  await conversation.append([said("1")]);
  await using followed = following({ after: 7, retries: 3 }, conversation);
  await assert.rejects(followed.messages.next(), { code: "position_conflict" });
});

test("messages that a stream leaves out or repeats are asked for again, or passed over", async () => {
  const real = client.conversation(fresh("talk"));
  await real.append(["1", "2", "3", "4"].map(said));
  const log = await real.messages().all();
  const events = (...seqs: number[]) => ({
    carriedOut: false,
    instead: {
      status: 200,
      headers: { "Content-Type": "text/event-stream" },
      body: seqs.map((seq) =>
        `event: message\ndata: ${JSON.stringify(log[seq - 1])}\n\n`
      ).join(""),
    },
  });
  await using network = await unreliableNetwork(
    first("/follow", events(1, 2, 1, 2), events(2, 4), events(4)),
  );
  const conversation = clientOf(user, {}, network.at).conversation(real.id);
  await using followed = following({}, conversation);
  assert.deepEqual(await take(followed.messages, 4), ["1", "2", "3", "4"]);
  assert.deepEqual(
    network.seen.map((line) => new URL(line.slice(4), "x:/").search),
    ["?after=0", "?after=2", "?after=2", "?after=2"],
  );
});

test("a stream that ends is gone on with, and an error that stays is thrown", async () => {
  await using network = await unreliableNetwork(({ path }) =>
    path.includes("/follow")
      ? { carriedOut: false, instead: { status: 401 } }
      : null
  );
  const conversation = clientOf(user, {}, network.at).conversation("x");
  await using refused = following({}, conversation);
  await assert.rejects(refused.messages.next(), { code: "unauthenticated" });

  network.fail(() => ({ carriedOut: false, instead: { status: 503 } }));
  await using failing = following({ retries: 1 }, conversation);
  await assert.rejects(failing.messages.next(), { code: "unavailable" });
  assert.equal(network.seen.length, 3);
});

test("over networks that fail at random, every follower gets the whole log in order", async () => {
  const FOLLOWERS = 8;
  const WRITERS = 2;
  const EACH = 12;
  const name = fresh("talk");
  await using networks = new AsyncDisposableStack();
  const behind = async (seed: number): Promise<Continuum> => {
    const faults = randomFaults(seeded(seed));
    const network = networks.use(await unreliableNetwork(faults));
    return clientOf(user, { timeoutMs: 5000 }, network.at);
  };
  const followers = Array.from({ length: FOLLOWERS }, async (_, n) => {
    await using followed = following(
      { transport: transports[n % 2] },
      (await behind(100 + n)).conversation(name),
    );
    return await take(followed.messages, WRITERS * EACH);
  });
  await Promise.all(Array.from({ length: WRITERS }, async (_, n) => {
    const writer = (await behind(200 + n)).conversation(name);
    for (let at = 0; at < EACH; at++) await writer.append([said(`${n}:${at}`)]);
  }));
  const log = (await client.conversation(name).messages().all())
    .map(({ content }) => content);
  assert.equal(log.length, WRITERS * EACH);
  for (const heard of await Promise.all(followers)) {
    assert.deepEqual(heard, log);
  }
});
