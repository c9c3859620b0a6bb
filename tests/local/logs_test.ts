import assert from "node:assert/strict";
import { nobody, signUp } from "../support/actors.ts";
import { type Answer, append, fresh, request } from "../support/http.ts";
import { withSql } from "../support/sql.ts";
import { ownStack } from "./own_stack.ts";
import { until } from "./processes.ts";

const lines: string[] = [];
const { stack, at } = await ownStack({
  onFunctionLine: (_name, line) => lines.push(line),
});
const user = await signUp("user", at);
const token = (user.headers.Authorization ?? "").slice("Bearer ".length);

/** Everything that was sent and may not be found in a line, in any of its forms. */
const secrets = new Set<string>([at.publishableKey, at.secretKey, token]);
for (const part of token.split(".")) secrets.add(part);

/** A value that is found again wherever it leaks to. */
function secret(): string {
  const value = `leak${crypto.randomUUID().replaceAll("-", "")}`;
  secrets.add(value);
  return value;
}

const REQUEST_FIELDS = [
  "event",
  "request_id",
  "function",
  "route",
  "status",
  "ms",
  "user_id",
  "bytes",
];
const ERROR_FIELDS = [
  "event",
  "request_id",
  "function",
  "name",
  "code",
  "frames",
];

/** Asserts what is promised of every line, and gives back those of requests. */
function assertClean() {
  return lines.flatMap((line) => {
    for (const value of secrets) {
      for (const form of [value, btoa(value).replace(/=+$/, "")]) {
        assert.ok(!line.includes(form), `${form} is in ${line}`);
      }
    }
    const entry = JSON.parse(line);
    assert.deepEqual(
      Object.keys(entry),
      entry.event === "error" ? ERROR_FIELDS : REQUEST_FIELDS,
      line,
    );
    if (entry.event === "error") return [];
    assert.equal(entry.event, "request");
    assert.equal(typeof entry.ms, "number");
    return [entry];
  });
}

/** Requests that carry secrets wherever a client can put one. */
async function sendEverything(): Promise<Answer[]> {
  const name = fresh("logged");
  const hidden = secret();
  const draft = () => ({
    role: "user",
    content: `${secret()}\n    at ${secret()}:1:1`,
    metadata: { [secret()]: secret() },
    parts: [{ type: secret() }],
    client_id: secret(),
  });
  const send = (path: string, options = {}) =>
    request(user, path, { at, ...options });
  const stored = await send("conversation-append", {
    json: {
      continuation_id: name,
      title: secret(),
      metadata: { a: secret() },
      messages: [draft(), draft()],
    },
  });
  const file = await send(
    `file-upload?continuation_id=${name}&metadata=${
      encodeURIComponent(JSON.stringify({ a: secret() }))
    }`,
    {
      method: "POST",
      headers: {
        "Content-Type": "text/plain",
        "X-File-Name": `${secret()}.txt`,
      },
      body: secret(),
    },
  );
  const form = new FormData();
  form.append("file", new File([secret()], `${secret()}.md`));
  const id = file.body?.file?.id ?? "";
  const bearer = (value: string) => ({
    headers: { Authorization: `Bearer ${value}` },
  });
  return [
    stored,
    file,
    ...await Promise.all([
      append(user, name, [secret()], {
        at,
        headers: { "Idempotency-Key": secret() },
      }),
      append(user, hidden, [secret()], { at, title: secret() }),
      append(user, name, [secret()], { at, expected_seq: 1 }),
      append(user, name, [{ content: `${secret()}\u0000` }], { at }),
      append(user, name, [secret()], { at, [secret()]: secret() }),
      send("conversation-append", {
        body: `{"messages": [{"content": "${secret()}`,
        headers: { "Content-Type": "application/json" },
      }),
      send("conversation-append", {
        body: secret(),
        headers: { "Content-Type": `text/${secret()}` },
      }),
      send(`conversation-history?q=${secret()}`),
      send(`conversation-history?q=%22${secret()}&limit=${secret()}`),
      send(`conversation-history?cursor=${secret()}`),
      send(`conversation-history/${hidden}?after=${secret()}`),
      send(`conversation-history/${secret()}/context?max_tokens=1`),
      send(`conversation-history/${hidden}/export`),
      send(`conversation-history/${hidden}/${secret()}/${secret()}`),
      send(`conversation-history/${hidden}`, {
        method: "PATCH",
        json: { title: secret(), metadata: { a: secret() } },
      }),
      send(`conversation-history/${hidden}/fork`, {
        json: { continuation_id: secret() },
      }),
      send(`conversation-history/${hidden}/members/${secret()}`, {
        method: "PUT",
        json: { role: secret() },
      }),
      send("file-upload", { method: "POST", body: form }),
      send("file-upload", {
        method: "POST",
        headers: {
          "Content-Type": "image/png",
          "Content-Disposition": `attachment; filename="${secret()}.png"`,
        },
        body: secret(),
      }),
      send("file-upload/reservations", {
        json: {
          original_name: `${secret()}.txt`,
          mime_type: "text/plain",
          size_bytes: 5,
          metadata: { a: secret() },
        },
      }),
      send("file-upload/sweep", {
        method: "POST",
        headers: { apikey: at.secretKey },
      }),
      send("file-upload/sweep", {
        method: "POST",
        headers: { apikey: `sb_secret_${secret()}` },
      }),
      send(`file-download/${id}`),
      send(`file-download/${id}/url?expires_in=${secret()}`),
      send(`file-download/${id}/metadata`),
      send(`file-download/${secret()}`),
      send(`file-download?cursor=${secret()}&continuation_id=${secret()}`),
      send("openai/v1/conversations", {
        json: {
          items: [{ role: "user", content: secret() }],
          metadata: { a: secret() },
        },
      }),
      send("openai/v1/conversations", { json: { items: secret() } }),
      send(`openai/v1/conversations/${hidden}/items/${secret()}`),
      send(`openai/v1/files?after=${secret()}&purpose=${secret()}`),
      send(`openai/v1/files/${id}/content`),
      ...["search", "append", "context", secret()].map((name) =>
        send("mcp", {
          json: {
            jsonrpc: "2.0",
            id: secret(),
            method: "tools/call",
            params: {
              name,
              arguments: {
                query: secret(),
                continuation_id: secret(),
                messages: [{ role: "user", content: secret() }],
              },
            },
          },
        })
      ),
      send("mcp", { json: { method: secret() } }),
      send("conversation-history", bearer(secret())),
      send("conversation-history", bearer(`${token}${secret()}`)),
      send("conversation-history", bearer(at.secretKey)),
      send("conversation-history", { headers: { Cookie: secret() } }),
      request(nobody(at), `conversation-history?apikey=${secret()}`, { at }),
    ]),
  ];
}

Deno.test("every request leaves one JSON line with the documented fields, and none holds what was sent", async () => {
  const answers = await sendEverything();
  const ids = answers.map(({ headers }) => headers.get("x-request-id"));
  await until(
    () => ids.every((id) => lines.some((l) => l.includes(`${id}`))),
    5,
  );
  const entries = assertClean();
  assert.equal(entries.length, answers.length);
  for (const answer of answers) {
    const id = answer.headers.get("x-request-id");
    const found = entries.filter(({ request_id }) => request_id === id);
    assert.equal(found.length, 1, "one line a request");
    assert.equal(found[0].status, answer.status);
    assert.match(found[0].route, /^[A-Z]+ (\*|\/[a-z-]+[/\w:{}-]*)$/);
    assert.ok([user.id, null].includes(found[0].user_id));
  }
  const statuses = new Set(answers.map(({ status }) => status));
  for (const status of [200, 201, 400, 401, 404, 409, 415, 422]) {
    assert.ok(statuses.has(status), `${status} is among them`);
  }
});

Deno.test("a failure of ours that quotes what was sent is logged without it", async () => {
  lines.length = 0;
  await withSql((sql) =>
    sql.unsafe(`
      create function continuum.fail() returns trigger language plpgsql as $$
      begin raise exception E'cannot store %\n    at %:1:1', new.content, new.content; end $$;
      create trigger fail before insert on continuum.messages
        for each row execute function continuum.fail();
    `), at.dbUrl);
  const answer = await append(user, fresh("failing"), [secret()], { at });
  await withSql(
    (sql) => sql`drop trigger fail on continuum.messages`,
    at.dbUrl,
  );
  assert.equal(answer.status, 500);
  await until(() => lines.length >= 2, 5);
  assertClean();
  assert.ok(lines.some((line) => JSON.parse(line).code === "P0001"));
  for (const value of secrets) assert.ok(!answer.text.includes(value));
});

Deno.test("without a database, lines are the same and hold nothing more", async () => {
  lines.length = 0;
  await stack.stopDatabase();
  const answers = await sendEverything().finally(stack.startDatabase);
  assert.ok(answers.some(({ status }) => status === 503));
  const ids = answers.map(({ headers }) => headers.get("x-request-id"));
  await until(
    () => ids.every((id) => lines.some((l) => l.includes(`${id}`))),
    5,
  );
  assertClean();
});
