/** One answer of each operation, checked against the OpenAPI document of its function. */
import assert from "node:assert/strict";
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";
import addFormats from "npm:ajv-formats@3.0.1";
import { documentFile, functionNames } from "../../scripts/openapi.ts";
import { type Actor, nobody, signUp } from "../support/actors.ts";
import {
  append,
  fresh,
  request,
  type RequestOptions,
} from "../support/http.ts";
import { maintenance } from "../support/stored_files.ts";

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>;
}

const documents: Record<string, Document> = {};
for (const name of await functionNames()) {
  documents[name] = JSON.parse(await Deno.readTextFile(documentFile(name)));
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
for (const [name, document] of Object.entries(documents)) {
  ajv.addSchema(document, name);
}

/** Where each operation is: its function, its path template and its method. */
const operations = Object.entries(documents).flatMap(([name, { paths }]) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      name,
      path,
      method,
      operationId,
    }))
  )
);

const checked = new Set<string>();

/** Sends a request and asserts that the document of the operation describes its answer. */
async function assertDescribed(
  operationId: string,
  actor: Actor,
  path: string,
  options: RequestOptions = {},
): Promise<void> {
  const [name = ""] = path.split(/[/?]/);
  const operation = operations.find((candidate) =>
    candidate.operationId === operationId && candidate.name === name
  );
  assert.ok(operation, operationId);
  const { status, text, body, headers } = await request(actor, path, {
    method: operation.method.toUpperCase(),
    ...options,
  });
  assert.ok(status < 300, text);
  const response = [
    "paths",
    operation.path,
    operation.method,
    "responses",
    status,
  ];
  const type = headers.get("Content-Type");
  const place = type === null
    ? response
    : [...response, "content", type, "schema"];
  const pointer = place.map((part) =>
    encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1"))
  ).join("/");
  const validate = ajv.compile({ $ref: `${name}#/${pointer}` });
  if (type !== null) {
    assert.ok(validate(body ?? text), JSON.stringify(validate.errors));
  }
  checked.add(`${name} ${operationId}`);
}

const owner = await signUp("answers");
const guest = await signUp("answers-guest");
const name = fresh("answers");
const stored = await append(owner, name, [
  "Please review this change.",
  "Two remarks.",
]);
assert.equal(stored.status, 201, stored.text);
const { conversation } = stored.body;

const invitation = `conversation-history/${name}/members/${guest.id}`;
const text = { headers: { "Content-Type": "text/plain" }, body: name };
const upload = await request(
  owner,
  `file-upload?continuation_id=${name}`,
  text,
);
const fileId = upload.body.file.id;

const cases: [operationId: string, path: string, options?: RequestOptions][] = [
  ["appendMessages", "conversation-append", {
    json: {
      messages: [{ role: "user", content: "Hello", parts: [{ n: 1e3 }] }],
    },
  }],
  ["listConversations", "conversation-history"],
  ["listConversations", "conversation-history?q=remarks"],
  ["readHistory", `conversation-history/${name}`],
  ["readHistory", "conversation-history/unknown"],
  ["readMessage", `conversation-history/${name}/messages/1`],
  ["eraseMessage", `conversation-history/${name}/messages/1`],
  ["readContext", `conversation-history/${name}/context?max_tokens=1000`],
  ["followConversation", `conversation-history/${name}/follow`],
  ["followConversation", `conversation-history/${name}/follow?offset=-1`],
  ["exportConversation", `conversation-history/${name}/export`],
  ["changeConversation", `conversation-history/${name}`, {
    json: { title: "Review" },
  }],
  ["forkConversation", `conversation-history/${name}/fork`],
  ["putMember", invitation, { json: { role: "viewer" } }],
  ["listMembers", `conversation-history/${name}/members`],
  ["readMember", invitation],
  ["uploadFile", "file-upload", text],
  ["reserveFile", "file-upload/reservations", {
    json: { original_name: "a.txt", mime_type: "text/plain", size_bytes: 1 },
  }],
  ["completeFile", `file-upload/${fileId}/complete`],
  ["listFiles", "file-download"],
  ["handleMessage", "mcp", { json: { jsonrpc: "2.0", id: 1, method: "ping" } }],
  ["readProtectedResource", "mcp/oauth-protected-resource"],
  ["describeFile", `file-download/${fileId}/metadata`],
  ["signFileUrl", `file-download/${fileId}/url`],
  ["renameFile", `file-upload/${fileId}`, {
    json: { original_name: "renamed.txt" },
  }],
  ["unlinkFile", `conversation-history/${name}/files/${fileId}`],
  ["deleteFile", `file-upload/${fileId}`],
];

Deno.test("an answer of each operation of openai is what its document says", async () => {
  const other = fresh("openai");
  const { body } = await append(owner, other, ["Hello"]);
  const uploaded = await request(owner, "file-upload", {
    ...text,
    body: other,
  });
  const form = new FormData();
  form.append("purpose", "user_data");
  form.append("file", new File([name], "a.txt"));
  const all = "openai/v1/conversations";
  const one = `${all}/${other}`;
  const item = `${one}/items/${body.messages[0].id}`;
  const file = `openai/v1/files/${uploaded.body.file.id}`;
  const items = [{ role: "user", content: "Hello" }];
  const json = { metadata: { topic: "atlas" } };
  await assertDescribed("createConversation", owner, all, { json });
  await assertDescribed("listConversations", owner, all);
  await assertDescribed("updateConversation", owner, one, { json });
  await assertDescribed("retrieveConversation", owner, one);
  await assertDescribed("createItems", owner, `${one}/items`, {
    json: { items },
  });
  await assertDescribed("listItems", owner, `${one}/items`);
  await assertDescribed("retrieveItem", owner, item);
  await assertDescribed("deleteItem", owner, item);
  await assertDescribed("deleteConversation", owner, one);
  await assertDescribed("createFile", owner, "openai/v1/files", { body: form });
  await assertDescribed("listFiles", owner, "openai/v1/files");
  await assertDescribed("retrieveFile", owner, file);
  await assertDescribed("deleteFile", owner, file);
});

Deno.test("an answer of each operation is what its document says", async (t) => {
  for (const [operationId, path, options] of cases) {
    await t.step(
      `${operationId} at ${path.replace(name, "{name}")}`,
      () => assertDescribed(operationId, owner, path, options),
    );
  }
  await t.step("acceptInvitation", () =>
    assertDescribed(
      "acceptInvitation",
      guest,
      `conversation-history/${conversation.id}/members/me`,
    ));
  await t.step(
    "removeMember",
    () => assertDescribed("removeMember", owner, invitation),
  );
  await t.step("deleteConversation", () =>
    assertDescribed(
      "deleteConversation",
      owner,
      `conversation-history/${name}`,
    ));
  for (
    const [operationId, path] of [
      ["sweepConversations", "conversation-history/_/sweep"],
      ["sweepFiles", "file-upload/_/sweep"],
    ] as const
  ) {
    await t.step(
      operationId,
      () => assertDescribed(operationId, maintenance, path),
    );
  }
  for (const name of Object.keys(documents)) {
    await t.step(
      `readHealth of ${name}`,
      () => assertDescribed("readHealth", nobody(), `${name}/_/health`),
    );
  }
  await t.step(
    "no operation is left out but downloads, whose bytes have no schema",
    () => {
      const missed = operations
        .filter(({ name, operationId }) =>
          !checked.has(`${name} ${operationId}`)
        )
        .map(({ operationId }) => operationId);
      assert.deepEqual(missed, ["downloadFile", "readFileContent"]);
    },
  );
});

Deno.test("a problem is what the documents say", async () => {
  const { status, body } = await request(owner, "conversation-append", {
    json: {},
  });
  assert.equal(status, 422);
  const validate = ajv.compile({
    $ref: "conversation-append#/components/schemas/Problem",
  });
  assert.ok(validate(body), JSON.stringify(validate.errors));
});
