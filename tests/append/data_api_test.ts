/** What the Data API takes straight from a client is held to the same rules as what the functions take. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { nobody, signUp } from "../support/actors.ts";
import { fresh, history } from "../support/http.ts";
import { target } from "../support/target.ts";

const owner = await signUp("owner");
const KIB = 1024;
const MIB = 1024 * KIB;

/** Calls append_messages with a body as a value, or as text. */
function append(body: unknown, idempotency_key?: string) {
  return owner.supabase.rpc("append_messages", {
    request: typeof body === "string" ? body : JSON.stringify(body),
    ...(idempotency_key !== undefined && { idempotency_key }),
  });
}

interface Refusal {
  status: number;
  error: { message: string; details: string } | null;
}

/** Asserts a validation_failed of the API with this pointer. */
function assertRefused({ status, error }: Refusal, pointer: string) {
  assert.equal(status, 400, JSON.stringify(error));
  assert.equal(error?.message, "validation_failed", JSON.stringify(error));
  const { errors } = JSON.parse(error.details);
  assert.equal(errors[0].pointer, pointer, error.details);
  assert.match(errors[0].detail, /^[A-Z].*\.$/);
}

const message = (fields: Record<string, unknown>) => ({
  messages: [{ role: "user", content: "x", ...fields }],
});

const refused: [what: string, body: unknown, pointer: string][] = [
  ["an unknown field", { messages: [], titel: "x" }, "/titel"],
  [
    "a message's unknown field",
    message({ tool_calls: [] }),
    "/messages/0/tool_calls",
  ],
  ["a message's seq", message({ seq: 1 }), "/messages/0/seq"],
  [
    "content that is a list",
    message({ content: [{ type: "text" }] }),
    "/messages/0/content",
  ],
  ["content that is a number", message({ content: 1 }), "/messages/0/content"],
  ["content that is true", message({ content: true }), "/messages/0/content"],
  ["content that is empty", message({ content: "" }), "/messages/0/content"],
  ["no content", { messages: [{ role: "user" }] }, "/messages/0/content"],
  ["no role", { messages: [{ content: "x" }] }, "/messages/0/role"],
  ["role null", message({ role: null }), "/messages/0/role"],
  ["another role", message({ role: "function" }), "/messages/0/role"],
  ["parts that are an object", message({ parts: {} }), "/messages/0/parts"],
  ["parts of text", message({ parts: ["x"] }), "/messages/0/parts"],
  ["parts that are text", message({ parts: "[]" }), "/messages/0/parts"],
  [
    "metadata that is a list",
    message({ metadata: [] }),
    "/messages/0/metadata",
  ],
  [
    "metadata that is text",
    message({ metadata: "{}" }),
    "/messages/0/metadata",
  ],
  [
    "a token count that is text",
    message({ token_count: "5" }),
    "/messages/0/token_count",
  ],
  [
    "a token count below 0",
    message({ token_count: -1 }),
    "/messages/0/token_count",
  ],
  ["half a token", message({ token_count: 0.5 }), "/messages/0/token_count"],
  ["a client_id of none", message({ client_id: "" }), "/messages/0/client_id"],
  [
    "a client_id that is a number",
    message({ client_id: 1 }),
    "/messages/0/client_id",
  ],
  ["revises 0", message({ revises: 0 }), "/messages/0/revises"],
  [
    "created_at that is now()",
    message({ created_at: "now" }),
    "/messages/0/created_at",
  ],
  [
    "created_at infinity",
    message({ created_at: "infinity" }),
    "/messages/0/created_at",
  ],
  [
    "a file id that is none",
    message({ file_ids: ["x"] }),
    "/messages/0/file_ids",
  ],
  [
    "file ids that are text",
    message({ file_ids: "x" }),
    "/messages/0/file_ids",
  ],
  ["a message that is text", { messages: ["x"] }, "/messages/0"],
  ["a message that is null", { messages: [null] }, "/messages/0"],
  ["no messages", {}, "/messages"],
  ["messages null", { messages: null }, "/messages"],
  ["messages that are an object", { messages: {} }, "/messages"],
  ["a request that is a list", [], ""],
  ["a request that is null", null, ""],
  ["a title of none", { messages: [], title: "" }, "/title"],
  ["a title that is a number", { messages: [], title: 1 }, "/title"],
  [
    "a continuation id of dots",
    { messages: [], continuation_id: ".." },
    "/continuation_id",
  ],
  ["a continuation id with a newline", {
    messages: [],
    continuation_id: "a\nb",
  }, "/continuation_id"],
  [
    "a continuation id that is a number",
    { messages: [], continuation_id: 1 },
    "/continuation_id",
  ],
  ["ttl_seconds 0", { messages: [], ttl_seconds: 0 }, "/ttl_seconds"],
  ["expected_seq -1", { messages: [], expected_seq: -1 }, "/expected_seq"],
  [
    "after_position as text",
    { messages: [], after_position: "1" },
    "/after_position",
  ],
  [
    "another on_mismatch",
    { messages: [], on_mismatch: "replace" },
    "/on_mismatch",
  ],
  [
    "conversation metadata that is a list",
    { messages: [], metadata: [] },
    "/metadata",
  ],
];
for (const [what, body, pointer] of refused) {
  Deno.test(`rpc append_messages refuses ${what} and writes nothing`, async () => {
    const name = fresh("rpc");
    const named = body !== null && typeof body === "object" &&
        !Array.isArray(body)
      ? { continuation_id: name, ...body }
      : body;
    assertRefused(await append(named), pointer);
    assert.equal((await history(owner, name)).body.conversation, null);
  });
}

Deno.test("rpc append_messages refuses what is too long, too deep or too much", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertRefused(await append({ messages: Array(101).fill({}) }), "/messages");
  assertRefused(
    await append(message({ content: "x".repeat(MIB + 1) })),
    "/messages/0/content",
  );
  assertRefused(
    await append(message({ file_ids: Array(101).fill(crypto.randomUUID()) })),
    "/messages/0/file_ids",
  );
  assertRefused(
    await append(message({ metadata: { a: "x".repeat(64 * KIB) } })),
    "/messages/0/metadata",
  );
  for (const depth of [101, 1000, 5000, 500_000]) {
    assertRefused(
      await append(
        `{"messages":[{"role":"user","parts":[{"a":${nested(depth)}}]}]}`,
      ),
      "",
    );
  }
  assertRefused(
    await append(
      `{"messages":[{"role":"user","parts":[{"a":[${
        "0,".repeat(200_000)
      }0]}]}]}`,
    ),
    "",
  );
  const { status, error } = await append(
    message({ parts: Array(5).fill({ a: "x".repeat(MIB) }) }),
  );
  assert.equal(status, 400);
  assert.equal(error?.message, "body_too_large");
});

Deno.test("rpc append_messages refuses a key of none and one too long", async () => {
  for (const key of ["", "k".repeat(256)]) {
    assertRefused(await append(message({}), key), "/idempotency-key");
  }
});

Deno.test("rpc append_messages never takes what is not JSON, U+0000 or a lone surrogate in metadata", async () => {
  for (
    const text of [
      "",
      "{",
      '{"messages":[]} x',
      '{"messages":[{"role":"user","content":"a\\u0000"}]}',
      '{"messages":[{"role":"user","content":"x","metadata":{"a":"\\u0000"}}]}',
      '{"messages":[{"role":"user","content":"x","metadata":{"a":"\\ud800"}}]}',
      '{"messages":[{"role":"user","parts":[{"a":"\\u0000"}]}]}',
      '{"messages":[{"role":"user","parts":[{"a":"\\ud800"}]}]}',
      '{"messages":[{"role":"user","parts":[{"\\u0000":1}]}]}',
      '{"messages":[{"role":"user","parts":[{"a":NaN}]}]}',
    ]
  ) {
    const { status, error } = await append(text);
    assert.equal(status, 400, text);
    assert.ok(error);
  }
});

Deno.test("rpc append_messages takes what the function takes, and both read it", async () => {
  const name = fresh("rpc");
  const { data, error } = await append({
    continuation_id: name,
    ...message({ parts: [{ type: "text" }], token_count: 3 }),
  });
  assert.equal(error, null);
  const answer = JSON.parse(data);
  assert.deepEqual(
    (await history(owner, name)).body.messages,
    answer.messages,
  );
});

const tables = [
  "conversations",
  "conversation_members",
  "messages",
  "append_keys",
  "files",
  "conversation_files",
  "storage_usage",
  "message_usage",
  "schema_version",
];
for (const table of tables) {
  Deno.test(`no client reaches the table ${table} by the Data API, in any schema or role`, async () => {
    const secret = createClient(target.url, target.secretKey);
    for (const supabase of [owner.supabase, nobody().supabase, secret]) {
      const answers = [
        await supabase.from(table).select(),
        await supabase.from(table).insert({}),
        await supabase.from(table).delete().neq("id", 0),
        await supabase.schema("continuum").from(table).select(),
        await supabase.schema("continuum").from(table).insert({}),
      ];
      for (const { status, data, error } of answers) {
        assert.equal(data, null);
        assert.ok(error);
        assert.ok([401, 403, 404, 406].includes(status), `${status}`);
      }
    }
  });
}

Deno.test("no client calls a helper of the schema continuum", async () => {
  for (const name of ["write_messages", "raise_problem", "require_account"]) {
    for (
      const { status, error } of [
        await owner.supabase.rpc(name),
        await owner.supabase.schema("continuum").rpc(name),
      ]
    ) {
      assert.ok(error);
      assert.ok([404, 406].includes(status), `${status}`);
    }
  }
});
