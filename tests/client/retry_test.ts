/** Calls over a network that fails: what is tried again, what is not, and what a caller is told. */
import assert from "node:assert/strict";
import {
  ContinuumError,
  type ContinuumOptions,
} from "../../client/src/index.ts";
import { until } from "../local/processes.ts";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { clientOf } from "./clients.ts";
import {
  type Fate,
  type Fault,
  first,
  unreliableNetwork,
} from "./unreliable_network.ts";

const user = await signUp("owner");
const reliable = clientOf(user);

/** A conversation behind a network with that fault, and the same one without. */
async function behind(fault: Fault, options: Partial<ContinuumOptions> = {}) {
  const network = await unreliableNetwork(fault);
  const client = clientOf(user, options, network.at);
  const id = fresh("talk");
  return {
    client,
    conversation: client.conversation(id),
    real: reliable.conversation(id),
    calls: (part: string) =>
      network.seen.filter((line) => line.includes(part)).length,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const page = (status: number): Fate => ({
  carriedOut: false,
  instead: {
    status,
    headers: { "Content-Type": "text/html" },
    body: "<html><style>p { color: red }</style><h1>Bad Gateway</h1></html>",
  },
});

const platform = (status: number, code: string): Fate => ({
  carriedOut: true,
  instead: {
    status,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code, message: "Function failed" }),
  },
});

const fates: [string, Fate][] = [
  ["is lost on its way", "lost"],
  ["is cut on its way", { cutRequestAfter: 20 }],
  ["loses its answer", "unanswered"],
  ["has its answer cut", { cutAnswerAfter: 100 }],
  ["gets no answer in time", "silent"],
  ["is answered 429", {
    carriedOut: false,
    instead: { status: 429, headers: { "Retry-After": "0" } },
  }],
  ["is answered 503 by the platform", platform(503, "BOOT_ERROR")],
  ["is answered 504 by the platform", platform(504, "IDLE_TIMEOUT")],
  ["is answered 546 by the platform", platform(546, "WORKER_LIMIT")],
  ["gets a gateway's page with 502", page(502)],
  ["gets a gateway's page with 200", page(200)],
];
for (const [what, fate] of fates) {
  Deno.test(`an append that ${what} is stored once`, async () => {
    await using network = await behind(
      first("POST /functions/v1/conversation-append", fate),
      { timeoutMs: fate === "silent" ? 1000 : 30_000 },
    );
    const { conversation, real, calls } = network;
    const { messages } = await conversation.append([
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ]);
    assert.equal(calls("conversation-append"), 2);
    assert.deepEqual(await real.messages({ view: "log" }).all(), messages);
    assert.deepEqual(messages.map(({ content }) => content), ["a", "b"]);
  });
}

Deno.test("revise and rewind whose answers were lost are done once", async () => {
  await using network = await behind(
    first("POST", null, "unanswered", null, "unanswered"),
  );
  const { conversation, real } = network;
  await conversation.append([
    { role: "user", content: "a" },
    { role: "user", content: "b" },
  ]);
  await conversation.revise(2, { role: "user", content: "b'" });
  await conversation.rewind(1);
  const log = await real.messages({ view: "log" }).all();
  assert.deepEqual(log.map(({ content }) => content), ["a", "b", "b'"]);
  assert.deepEqual((await real.messages().all()).length, 1);
});

Deno.test("a deletion whose answer was lost is a success", async () => {
  await using network = await behind(first("DELETE", "unanswered"));
  const { conversation, real, calls } = network;
  await real.append([{ role: "user", content: "a" }]);
  assert.equal(await conversation.delete(), null);
  assert.equal(calls("DELETE"), 2);
  assert.equal((await real.get()).conversation, null);
});

Deno.test("a deletion that the runtime has resent by itself is a success", async () => {
  await using network = await unreliableNetwork(
    first("DELETE", "unanswered"),
    { keepsAlive: true },
  );
  const conversation = clientOf(user, { retries: 0 }, network.at)
    .conversation(fresh("talk"));
  await conversation.append([{ role: "user", content: "a" }]);
  assert.equal(await conversation.delete(), null);
});

Deno.test("a repeated deletion leaves alone what others have put under the name since", async () => {
  const name = fresh("again");
  const real = reliable.conversation(name);
  await real.append([{ role: "user", content: "old" }]);
  let tries = 0;
  let isNew = false;
  await using network = await behind(({ method }) => {
    if (method !== "DELETE") return null;
    if (++tries === 1) return "unanswered";
    return isNew ? null : "lost";
  });
  const deletion = network.client.conversation(name).delete();
  await until(async () => (await real.get()).conversation === null, 30);
  await real.append([{ role: "user", content: "new" }]);
  isNew = true;
  await deletion;
  assert.deepEqual(
    (await real.messages().all()).map(({ content }) => content),
    ["new"],
  );
});

Deno.test("a fork whose answer was lost is made once", async () => {
  await using network = await behind(first("/fork", "unanswered"));
  const { conversation, real } = network;
  await real.append([{ role: "user", content: "a" }]);
  const { metadata } = await real.update({ metadata: { fork: real.id } });
  const copy = await conversation.fork();
  assert.notEqual(copy.continuation_id, real.id);
  const copies = await reliable.list({ metadata }).all();
  assert.deepEqual(
    copies.map(({ id }) => id).sort(),
    [copy.id, (await real.get()).conversation?.id].sort(),
  );
});

Deno.test("a fork under a name of yours says that its outcome is not known", async () => {
  await using network = await behind(first("/fork", "unanswered"));
  const { conversation, real } = network;
  await real.append([{ role: "user", content: "a" }]);
  await assert.rejects(
    conversation.fork({ continuationId: fresh("copy") }),
    { code: "already_exists", outcomeUnknown: true },
  );
});

Deno.test("an update with ifMatch whose answer was lost has succeeded", async () => {
  await using network = await behind(first("PATCH", "unanswered"));
  const { conversation, real } = network;
  await real.append([{ role: "user", content: "a" }], { metadata: { b: 1 } });
  const { etag } = await real.get();
  const change = { title: "New", metadata: { a: { c: [1] }, b: null } };
  const changed = await conversation.update(change, { ifMatch: etag });
  assert.equal(changed.title, "New");
  assert.deepEqual(changed.metadata, { a: { c: [1] } });
});

Deno.test("a switch of the branch is not repeated when its outcome is not known", async () => {
  await using network = await behind(first("PATCH", "unanswered"));
  const { conversation, real, calls } = network;
  await real.append([
    { role: "user", content: "a" },
    { role: "user", content: "b" },
  ]);
  await assert.rejects(conversation.update({ headPosition: 1 }), {
    code: "network_error",
    outcomeUnknown: true,
  });
  assert.equal(calls("PATCH"), 1);
});

Deno.test("retries are bounded, and what failed can be finished with its key", async () => {
  await using network = await behind(
    first("POST", "unanswered", "unanswered"),
    { retries: 1 },
  );
  const { conversation, real, calls } = network;
  const messages = [{ role: "user" as const, content: "a" }];
  const error: unknown = await conversation.append(messages).catch((e) => e);
  assert.ok(error instanceof ContinuumError);
  assert.equal(error.code, "network_error");
  assert.equal(error.retryable, true);
  assert.equal(error.outcomeUnknown, true);
  assert.equal(calls("POST"), 2);

  const idempotencyKey = error.idempotencyKey ?? "";
  const { replayed } = await conversation.append(messages, { idempotencyKey });
  assert.equal(replayed, true);
  assert.equal((await real.messages().all()).length, 1);
});

Deno.test("x-should-retry has the last word over the status", async () => {
  const told = (status: number, retry: string): Fate => ({
    carriedOut: false,
    instead: {
      status,
      headers: {
        "Content-Type": "application/problem+json",
        "x-should-retry": retry,
      },
      body: JSON.stringify({ code: "internal", status, detail: "No." }),
    },
  });
  await using no = await behind(first("POST", told(500, "false")));
  const messages = [{ role: "user" as const, content: "a" }];
  await assert.rejects(no.conversation.append(messages), {
    code: "internal",
    detail: "No.",
    retryable: false,
  });
  assert.equal(no.calls("POST"), 1);
  await using yes = await behind(first("POST", told(409, "true")));
  await yes.conversation.append(messages);
  assert.equal(yes.calls("POST"), 2);
});

Deno.test("Retry-After is waited for, unless it is too long", async () => {
  const busy = (seconds: string): Fate => ({
    carriedOut: false,
    instead: { status: 429, headers: { "Retry-After": seconds } },
  });
  await using soon = await behind(first("GET", busy("2")));
  const begun = performance.now();
  // A timer may be late and is never early, so this cannot fail on a slow machine.
  await soon.conversation.get();
  assert.ok(performance.now() - begun >= 2000);
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  for (const late of ["3600", date]) {
    await using network = await behind(first("GET", busy(late)));
    await assert.rejects(
      network.conversation.get(),
      (error: ContinuumError) =>
        error.code === "rate_limited" && error.retryable &&
        Math.abs((error.retryAfterMs ?? 0) - 3_600_000) < 60_000,
    );
  }
});

Deno.test("an export that is cut is told from a whole one", async () => {
  await using network = await behind(() => null);
  const { conversation, real } = network;
  await real.append(
    Array.from({ length: 20 }, () => ({ role: "user", content: "x" })),
  );
  const cut = (cutAnswerAfter: number) =>
    unreliableNetwork(({ path }) =>
      path.endsWith("/export") ? { cutAnswerAfter } : null
    );
  const text = await new Response(await conversation.export().stream()).text();
  const lines = text.split("\n");
  // Within a line, at the end of one, and before the last character.
  for (
    const at of [800, lines.slice(0, 3).join().length + 1, text.length - 1]
  ) {
    await using broken = await cut(at);
    const again = clientOf(user, {}, broken.at).conversation(conversation.id);
    await assert.rejects(async () => {
      for await (const _ of again.export());
    }, ContinuumError);
    await assert.rejects(async () => {
      for await (const _ of await again.export().stream());
    });
  }
});

Deno.test("a page of a gateway does not pass for a file", async () => {
  await using network = await behind(first("/file-download/", page(200)));
  const { file } = await reliable.files.upload(new Blob(["text"]), {
    name: fresh("file"),
  });
  const response = await network.client.files.download(file.id);
  assert.equal(await response.text(), "text");
});

Deno.test("a page of a gateway is told in one line of text", async () => {
  await using network = await behind(() => page(403));
  await assert.rejects(network.conversation.get(), {
    code: "unexpected_response",
    status: 403,
    detail: "Answered 403: Bad Gateway",
    retryable: false,
    requestId: null,
  });
});

Deno.test("an aborted call ends at once, with the signal's reason", async () => {
  await using network = await behind(({ method }) =>
    method === "GET" ? "silent" : page(503)
  );
  const { conversation, calls } = network;
  const reason = new Error("Stop.");
  const waiting = new AbortController();
  const get = conversation.get({ signal: waiting.signal });
  await until(() => calls("GET") > 0, 30);
  waiting.abort(reason);
  await assert.rejects(get, reason);

  // Between two tries as well: the pause would go on, and more tries follow.
  const pausing = new AbortController();
  const append = conversation.append([], { signal: pausing.signal });
  await until(() => calls("POST") === 2, 30);
  pausing.abort(reason);
  await assert.rejects(append, reason);
  assert.equal(calls("POST"), 2);

  await assert.rejects(
    conversation.append([], { signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(calls("POST"), 2);
});
