/**
 * A limit is written in the schemas, in SQL and in the OpenAPI document. This reads the numbers of the
 * document, and tries each at its edge and one past it, by HTTP and by the Data API.
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, appendText, fresh, request } from "../support/http.ts";
import { openapiOf } from "../../scripts/openapi.ts";

const owner = await signUp("owner");
const KIB = 1024;
const MIB = 1024 * KIB;

interface Schema {
  type?: string | string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  items?: Schema & { $ref?: string };
  properties?: Record<string, Schema>;
}

/** A schema of a function's document. */
async function schemaOf(fn: string, name: string): Promise<Schema> {
  return JSON.parse(await openapiOf(fn)).components.schemas[name];
}

interface Edge {
  field: string;
  what: string;
  value: unknown;
  fits: boolean;
}

/** The values at and past each bound of an object's fields. */
function* edgesOf({ properties = {} }: Schema): Generator<Edge> {
  for (const [field, schema] of Object.entries(properties)) {
    const edge = (what: string, value: unknown, fits: boolean) => ({
      field,
      what,
      value,
      fits,
    });
    const { minLength, maxLength, minimum, maximum, maxItems, items } = schema;
    if (minLength !== undefined) {
      yield edge(`${minLength} characters`, "é".repeat(minLength), true);
      yield edge(
        `${minLength - 1} characters`,
        "é".repeat(minLength - 1),
        false,
      );
    }
    if (maxLength !== undefined) {
      yield edge(`${maxLength} characters`, "😀".repeat(maxLength), true);
      yield edge(
        `${maxLength + 1} characters`,
        "x".repeat(maxLength + 1),
        false,
      );
    }
    if (minimum !== undefined) {
      yield edge(`${minimum}`, minimum, true);
      yield edge(`${minimum - 1}`, minimum - 1, false);
    }
    if (maximum !== undefined) {
      yield edge(`${maximum}`, maximum, true);
      yield edge(`${maximum + 1}`, maximum + 1, false);
    }
    if (maxItems !== undefined) {
      const list = (length: number) =>
        Array.from(
          { length },
          () =>
            items?.$ref ? { role: "user", content: "x" } : crypto.randomUUID(),
        );
      yield edge(`${maxItems} items`, list(maxItems), true);
      yield edge(`${maxItems + 1} items`, list(maxItems + 1), false);
    }
  }
}

/** Where a request was refused as not valid; null if it was not, whatever else became of it. */
type Send = (body: Record<string, unknown>) => Promise<string | null>;

const pointerOf = (
  code: string | undefined,
  errors: { pointer: string }[] | undefined,
) => code === "validation_failed" ? errors?.[0]?.pointer ?? "" : null;

const byHttp =
  (path: () => Promise<string>, method: string): Send => async (json) => {
    const { body } = await request(owner, await path(), { method, json });
    return pointerOf(body?.code, body?.errors);
  };

const byRpc = (
  name: string,
  args: (body: Record<string, unknown>) => Promise<Record<string, unknown>>,
): Send =>
async (body) => {
  const { error } = await owner.supabase.rpc(name, await args(body));
  return error
    ? pointerOf(error.message, JSON.parse(error.details ?? "{}").errors)
    : null;
};

/** A conversation to change or to fork. */
async function conversation(): Promise<string> {
  const name = fresh("edge");
  await append(owner, name, ["x"]);
  return name;
}

const appendByHttp = byHttp(
  () => Promise.resolve("conversation-append"),
  "POST",
);
const appendByRpc = byRpc(
  "append_messages",
  (body) => Promise.resolve({ request: JSON.stringify(body) }),
);

interface Case {
  schema: Schema;
  what: string;
  /** The whole body around one field. */
  around(field: string, value: unknown): Record<string, unknown>;
  pointer(field: string): string;
  http: Send;
  rpc: Send;
}

const cases: Case[] = [
  {
    what: "an append",
    schema: await schemaOf("conversation-append", "AppendRequest"),
    around: (field, value) => ({ messages: [], [field]: value }),
    pointer: (field) => `/${field}`,
    http: appendByHttp,
    rpc: appendByRpc,
  },
  {
    what: "a message",
    schema: await schemaOf("conversation-append", "IncomingMessage"),
    around: (field, value) => ({
      messages: [{ role: "user", content: "x", [field]: value }],
    }),
    pointer: (field) => `/messages/0/${field}`,
    http: appendByHttp,
    rpc: appendByRpc,
  },
  {
    what: "a change",
    schema: await schemaOf("conversation-history", "Change"),
    around: (field, value) => ({ [field]: value }),
    pointer: (field) => `/${field}`,
    http: byHttp(
      async () => `conversation-history/${await conversation()}`,
      "PATCH",
    ),
    rpc: byRpc("update_conversation", async (body) => ({
      continuation_id: await conversation(),
      changes: JSON.stringify(body),
    })),
  },
  {
    what: "a fork",
    schema: await schemaOf("conversation-history", "Fork"),
    around: (field, value) => ({
      continuation_id: fresh("fork"),
      [field]: value,
    }),
    pointer: (field) => `/${field}`,
    http: byHttp(
      async () => `conversation-history/${await conversation()}/fork`,
      "POST",
    ),
    rpc: byRpc(
      "fork_conversation",
      async ({ continuation_id, ...rest }) => ({
        continuation_id: await conversation(),
        new_continuation_id: continuation_id,
        ...rest,
      }),
    ),
  },
];

for (const { what, schema, around, pointer, http, rpc } of cases) {
  const edges = [...edgesOf(schema)];
  Deno.test(`the document names bounds of ${what}`, () => {
    assert.ok(edges.length > 0);
  });
  for (const { field, what: value, value: sent, fits } of edges) {
    Deno.test(`${field} of ${what} with ${value} is ${fits ? "taken" : "refused"} by HTTP and by the Data API`, async () => {
      const expected = fits ? null : pointer(field);
      assert.equal(await http(around(field, sent)), expected, "HTTP");
      assert.equal(await rpc(around(field, sent)), expected, "Data API");
    });
  }
}

/** Bounds of bytes, levels and values, which a JSON schema cannot say: as docs/reference/api.md names them. */
const nested = (levels: number, inner = "") =>
  "[".repeat(levels) + inner + "]".repeat(levels);
const withPart = (part: string) =>
  `{"messages":[{"role":"user","parts":[${part}]}]}`;
// {, messages [, {, parts [ and { are five levels, and as many values as they and their commas.
const measured: [what: string, fits: string, past: string][] = [
  [
    "content of 1 MiB",
    JSON.stringify({
      messages: [{ role: "user", content: "é".repeat(MIB / 2) }],
    }),
    JSON.stringify({
      messages: [{ role: "user", content: "é".repeat(MIB / 2) + "x" }],
    }),
  ],
  [
    "a message's metadata of 64 KiB",
    `{"messages":[{"role":"user","content":"x","metadata":{"a":"${
      "x".repeat(64 * KIB - 8)
    }"}}]}`,
    `{"messages":[{"role":"user","content":"x","metadata":{"a":"${
      "x".repeat(64 * KIB - 7)
    }"}}]}`,
  ],
  [
    "a conversation's metadata of 64 KiB of short values",
    `{"messages":[],"metadata":{"a":[${"1,".repeat(32762)}1234]}}`,
    `{"messages":[],"metadata":{"a":[${"1,".repeat(32762)}12345]}}`,
  ],
  [
    "100 levels, the innermost empty",
    withPart(`{"a":${nested(95)}}`),
    withPart(`{"a":${nested(96)}}`),
  ],
  [
    "100 levels, the innermost with a value",
    withPart(`{"a":${nested(95, "1")}}`),
    withPart(`{"a":${nested(96, "1")}}`),
  ],
  [
    "199,999 values",
    withPart(`{"a":[${"0,".repeat(199_999 - 7)}0]}`),
    withPart(`{"a":[${"0,".repeat(200_000 - 7)}0]}`),
  ],
  [
    "4 MiB",
    withPart(`{"a":"${"x".repeat(4 * MIB - withPart('{"a":""}').length)}"}`),
    withPart(
      `{"a":"${"x".repeat(4 * MIB + 1 - withPart('{"a":""}').length)}"}`,
    ),
  ],
];
for (const [what, fits, past] of measured) {
  Deno.test(`a request with ${what} is taken, and with one more it is refused, by HTTP and by the Data API`, async () => {
    const http = await appendText(owner, fits);
    assert.equal(http.status, 201, http.text.slice(0, 300));
    const rpc = await owner.supabase.rpc("append_messages", { request: fits });
    assert.equal(rpc.error, null);

    const tooMuch = await appendText(owner, past);
    const code = tooMuch.body.code;
    assert.ok(["validation_failed", "body_too_large"].includes(code), code);
    const { error } = await owner.supabase.rpc("append_messages", {
      request: past,
    });
    assert.equal(error?.message, code);
  });
}
