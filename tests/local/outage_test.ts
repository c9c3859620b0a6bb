import assert from "node:assert/strict";
import { inspect } from "../../local/processes/table.ts";
import { nobody, signUp } from "../support/actors.ts";
import { type Answer, append, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { ownStack } from "./own_stack.ts";
import { descendants, until } from "./processes.ts";

const { stack, at } = await ownStack();
const owner = await signUp("owner", at);
await append(owner, "before", ["one"], { at });

const upload = {
  method: "POST",
  headers: { "Content-Type": "text/plain", "X-File-Name": "a.txt" },
  body: "a",
};

const path = "conversation-history/before";

/** Requests that need the database, and health of each function. */
const requests: Record<string, () => Promise<Answer>> = {
  "conversation-append": () => append(owner, "during", ["two"], { at }),
  "conversation-history, a page": () => request(owner, path, { at }),
  "conversation-history, the list": () =>
    request(owner, "conversation-history", { at }),
  "conversation-history, a search": () =>
    request(owner, "conversation-history?q=one", { at }),
  "conversation-history, a context": () =>
    request(owner, `${path}/context?max_tokens=100`, { at }),
  "conversation-history, an export": () =>
    request(owner, `${path}/export`, { at }),
  "conversation-history, members": () =>
    request(owner, `${path}/members`, { at }),
  "conversation-history, a change": () =>
    request(owner, path, { method: "PATCH", json: { archived: false }, at }),
  "file-upload": () => request(owner, "file-upload", { ...upload, at }),
  "file-download, the list": () => request(owner, "file-download", { at }),
};

/** Those whose statements may take a minute, so that a database that hangs may, too. */
const bulk: typeof requests = {
  "conversation-history, a fork": () =>
    request(owner, `${path}/fork`, { json: {}, at }),
  "conversation-history, a deletion": () =>
    request(owner, path, { method: "DELETE", at }),
};
for (
  const name of [
    "conversation-append",
    "conversation-history",
    "file-upload",
    "file-download",
  ]
) {
  requests[`health of ${name}`] = () =>
    request(nobody(at), `${name}/_/health`, { at });
}

/** Asserts that requests, sent at once, are answered 503 within five seconds. */
async function assertUnavailable(sent = requests): Promise<void> {
  await Promise.all(
    Object.entries(sent).map(async ([what, send]) => {
      const startedAt = Date.now();
      const answer = await send();
      const seconds = (Date.now() - startedAt) / 1000;
      assertProblem(answer, 503, "unavailable");
      assert.match(answer.headers.get("Retry-After") ?? "", /^\d+$/, what);
      assert.ok(seconds < 5, `${what} took ${seconds} s`);
    }),
  );
}

/** The fronts, which say the same in the words of their clients. */
const fronts: Record<string, () => Promise<Answer>> = {
  "openai, the list": () => request(owner, "openai/v1/conversations", { at }),
  "openai, an append": () =>
    request(owner, "openai/v1/conversations/before/items", {
      json: { items: [{ role: "user", content: "two" }] },
      at,
    }),
  "openai, the files": () => request(owner, "openai/v1/files", { at }),
  "mcp, a tool": () =>
    request(owner, "mcp", {
      json: {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "list", arguments: {} },
      },
      headers: { Accept: "application/json, text/event-stream" },
      at,
    }),
};

/** Asserts that the fronts answer within five seconds that this is temporary. */
async function assertFrontsUnavailable(): Promise<void> {
  await Promise.all(
    Object.entries(fronts).map(async ([what, send]) => {
      const startedAt = Date.now();
      const { status, headers, body, text } = await send();
      assert.ok(Date.now() - startedAt < 5000, what);
      if (what.startsWith("openai")) {
        assert.equal(status, 503, what);
        assert.equal(body.error.code, "unavailable");
        // The client tries again, and waits as long as it is told.
        assert.equal(headers.get("x-should-retry"), "true");
        assert.match(headers.get("Retry-After") ?? "", /^\d+$/);
      } else {
        assert.match(text, /"isError":true/);
        assert.match(text, /call the tool again/);
      }
    }),
  );
}

/** Asserts that everything works again soon, without a restart of anything. */
async function assertRecovers(): Promise<void> {
  const pid = stack.functions.pid("conversation-append");
  await until(async () => {
    const answers = await Promise.all(
      Object.values({ ...requests, ...fronts }).map((send) => send()),
    );
    return answers.every(({ status }) => status < 300);
  }, 10);
  assert.equal(stack.functions.pid("conversation-append"), pid);
}

async function postgresPids(): Promise<number[]> {
  const pids = await descendants(Deno.pid);
  const infos = await Promise.all(pids.map(inspect));
  return pids.filter((_, index) =>
    /bin\/postgres |^postgres: /.test(infos[index]?.command ?? "")
  );
}

Deno.test("a database that is stopped is 503 with Retry-After within 5 s, in every function, and recovers", async () => {
  await stack.stopDatabase();
  await assertUnavailable({ ...requests, ...bulk });
  await assertUnavailable();
  await assertFrontsUnavailable();
  await stack.startDatabase();
  await assertRecovers();
});

Deno.test("a database that hangs is 503 with Retry-After within 5 s, in every function, and recovers", async () => {
  const pids = await postgresPids();
  assert.ok(pids.length > 5);
  for (const pid of pids) Deno.kill(pid, "SIGSTOP");
  try {
    await assertUnavailable();
    await assertFrontsUnavailable();
  } finally {
    for (const pid of pids) Deno.kill(pid, "SIGCONT");
  }
  await assertRecovers();
});

Deno.test("a PostgreSQL that is killed is started again, and has what it has acknowledged", async () => {
  const [postmaster] = await postgresPids();
  assert.ok(postmaster);
  Deno.kill(postmaster, "SIGKILL");
  await assertRecovers();
  const { body } = await request(owner, "conversation-history/before", { at });
  assert.equal(body.messages[0].content, "one");
});

Deno.test("an append that a lost answer hid is there once after its retry", async () => {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const send = () => append(owner, "retried", ["once"], { at, headers });
  const [first] = await Promise.all([send(), stack.stopDatabase()]);
  await stack.startDatabase();
  await until(async () => (await send()).status < 300, 10);
  const { body } = await request(owner, "conversation-history/retried", { at });
  assert.equal(body.messages.length, 1, `after a ${first.status}`);
});
