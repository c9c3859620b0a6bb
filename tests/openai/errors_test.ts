/** Failures as the official client's classes, and what others see of a conversation: nothing. */
import assert from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { cast } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { all, baseURL, clientOf, uuidOf } from "./client.ts";

const { owner, viewer, stranger, nobody } = await cast();
const client = clientOf(owner);
const says = { role: "user" as const, content: "Hello" };

/** The error that a call ends with. */
async function failureOf(
  call: Promise<unknown>,
): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    return error;
  }
  throw new Error("It did not fail.");
}

Deno.test("a failure has the class, type, code and request id that the client expects", async () => {
  const missing = `conv_${"0".repeat(32)}`;
  const { id } = await client.conversations.create();
  await share(uuidOf(id), viewer, "viewer");
  const cases = [
    [
      () => client.conversations.retrieve(missing),
      OpenAI.NotFoundError,
      "not_found",
    ],
    [
      () => client.conversations.retrieve("x".repeat(256)),
      OpenAI.BadRequestError,
      "validation_failed",
    ],
    [
      () => client.conversations.items.list(id, { after: "msg_1" }),
      OpenAI.NotFoundError,
      "not_found",
    ],
    [
      () => client.conversations.items.list(id, { limit: 101 }),
      OpenAI.BadRequestError,
      "validation_failed",
    ],
    [() => client.get("/nothing"), OpenAI.NotFoundError, "not_found"],
    [() => client.patch("/files"), OpenAI.APIError, "method_not_allowed"],
    [
      () => clientOf(nobody).conversations.create(),
      OpenAI.AuthenticationError,
      "invalid_token",
    ],
    [
      () => clientOf(viewer).conversations.items.create(id, { items: [says] }),
      OpenAI.PermissionDeniedError,
      "read_only",
    ],
    [
      () => clientOf(viewer).conversations.delete(id),
      OpenAI.PermissionDeniedError,
      "owner_only",
    ],
  ] as const;
  for (const [call, kind, code] of cases) {
    const error = await failureOf(call());
    assert.ok(error instanceof kind, `${code}: ${error}`);
    assert.equal(error.code, code);
    assert.equal(error.type, "invalid_request_error");
    assert.match(error.requestID ?? "", /^[\w=-]{8,}$/);
    assert.equal(error.headers?.get("x-should-retry"), "false");
  }
});

Deno.test("a failure has four members and is JSON", async () => {
  const { status, body, headers } = await request(nobody, "openai/v1/files");
  assert.equal(status, 401);
  assert.equal(headers.get("Content-Type"), "application/json");
  assert.match(headers.get("WWW-Authenticate") ?? "", /^Bearer /);
  assert.deepEqual(Object.keys(body), ["error"]);
  assert.deepEqual(Object.keys(body.error), [
    "message",
    "type",
    "param",
    "code",
  ]);
});

Deno.test("to a stranger a conversation and its items are as absent as what is not there", async () => {
  const { id } = await client.conversations.create({ items: [says] });
  const [item] = await all(client.conversations.items.list(id));
  const file = await client.files.create({
    file: new File([crypto.randomUUID()], "a.txt"),
    purpose: "user_data",
  });
  const { conversations, files } = clientOf(stranger);
  const { items } = conversations;
  const calls = (id: string, itemId: string, fileId: string) => [
    () => conversations.retrieve(id),
    () => conversations.update(id, { metadata: {} }),
    () => items.create(id, { items: [says] }),
    () => items.list(id),
    () => items.list(id, { after: itemId }),
    () => items.retrieve(itemId, { conversation_id: id }),
    () => items.delete(itemId, { conversation_id: id }),
    () => conversations.delete(id),
    () => files.retrieve(fileId),
    () => files.content(fileId),
    () => files.delete(fileId),
    () => files.list({ after: fileId }),
  ];
  const unknown = "0".repeat(32);
  const absent = calls(`conv_${unknown}`, `msg_${unknown}`, `file-${unknown}`);
  for (const [index, call] of calls(id, item!.id!, file.id).entries()) {
    const [hidden, missing] = await Promise.all([
      failureOf(call()),
      failureOf(absent[index]!()),
    ]);
    assert.ok(hidden instanceof OpenAI.NotFoundError, `${call}: ${hidden}`);
    assert.deepEqual(hidden.error, missing.error);
  }
  assert.deepEqual(await all(files.list()), []);
  const { data } = await clientOf(stranger).get<{ data: unknown[] }>(
    "/conversations",
  );
  assert.deepEqual(data, []);
  // Nothing has come of it.
  assert.equal((await all(client.conversations.items.list(id))).length, 1);
});

Deno.test("a browser's preflight passes with the headers that the client sends", async () => {
  const response = await fetch(`${baseURL}/conversations`, {
    method: "OPTIONS",
    headers: {
      Origin: "https://app.example",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers":
        "authorization, content-type, idempotency-key, openai-organization, openai-project, x-stainless-retry-count",
    },
  });
  await response.body?.cancel();
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
});
