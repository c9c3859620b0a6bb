import assert from "node:assert/strict";
import OpenAI, { toFile } from "npm:openai@7.57.0";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { kept } from "../support/stored_files.ts";
import { all, baseURL, clientOf, tokenOf, uuidOf } from "./client.ts";

const owner = await signUp("openai-files");
const client = clientOf(owner);

function textFile(name: string, text: string = crypto.randomUUID()) {
  return toFile(new TextEncoder().encode(text), name, { type: "text/plain" });
}

Deno.test("a file is created, retrieved, read and deleted", async () => {
  const text = `Grüße, ${crypto.randomUUID()}`;
  const created = await client.files.create({
    file: await textFile("grüße.md", text),
    purpose: "user_data",
  });
  assert.match(created.id, /^file-[0-9a-f]{32}$/);
  const { id, created_at, ...rest } = created;
  assert.deepEqual(rest, {
    object: "file",
    bytes: new TextEncoder().encode(text).length,
    filename: "grüße.md",
    purpose: "user_data",
    status: "processed",
  });
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 3600);
  assert.deepEqual(await client.files.retrieve(id), created);
  assert.deepEqual(await client.files.waitForProcessing(id), created);
  assert.equal(await (await client.files.content(id)).text(), text);

  assert.deepEqual(await client.files.delete(id), {
    id,
    object: "file",
    deleted: true,
  });
  for (const gone of ["retrieve", "content", "delete"] as const) {
    await assert.rejects(
      async () => await client.files[gone](id),
      OpenAI.NotFoundError,
    );
  }
});

Deno.test("files are listed by time and purpose, and pages of two lead to all", async () => {
  const own = clientOf(await signUp("lister"));
  const ids: string[] = [];
  for (
    const [index, purpose]
      of (["vision", "user_data", "vision", "batch", "vision"] as const)
        .entries()
  ) {
    const file = await textFile(`${index}.txt`);
    ids.push((await own.files.create({ file, purpose })).id);
  }
  const listed = async (query: OpenAI.FileListParams) =>
    (await all(own.files.list(query))).map(({ id }) => id);
  assert.deepEqual(await listed({}), ids.toReversed());
  assert.deepEqual(await listed({ limit: 2 }), ids.toReversed());
  assert.deepEqual(await listed({ limit: 2, order: "asc" }), ids);
  const vision = [ids[0], ids[2], ids[4]];
  assert.deepEqual(
    await listed({ limit: 2, order: "asc", purpose: "vision" }),
    vision,
  );
  assert.deepEqual(
    await listed({ limit: 2, purpose: "vision" }),
    vision.toReversed(),
  );
});

Deno.test("a file sent again is the same file", async () => {
  const draft = async () => ({
    file: await textFile("a.txt", "sent twice"),
    purpose: "user_data" as const,
  });
  const first = await client.files.create(await draft());
  assert.deepEqual(await client.files.create(await draft()), first);
});

Deno.test("what is not text, an image or a PDF is refused", async () => {
  await assert.rejects(
    client.files.create({
      file: await toFile(new Uint8Array([0, 1, 2, 255]), "a.bin"),
      purpose: "user_data",
    }),
    OpenAI.BadRequestError,
  );
});

Deno.test("a form that is not complete is refused, and nothing of it is kept", async () => {
  const own = await signUp("forms");
  const form = (fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      form.append(name, value);
    }
    return form;
  };
  const file = new File(["some text"], "a.txt", { type: "text/plain" });
  const purpose = "user_data";
  for (
    const [param, fields] of [
      ["purpose", { file }],
      ["purpose", { file, purpose: "a purpose" }],
      ["file", { purpose }],
      ["file", { file, purpose, other: file }],
      ["expires_after[anchor]", {
        file,
        purpose,
        "expires_after[anchor]": "created_at",
      }],
    ] as const
  ) {
    const { status, body } = await request(own, "openai/v1/files", {
      body: form(fields),
    });
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(body.error.param, param);
  }
  const { rows, objects, bytes_used } = await kept(own.id);
  assert.deepEqual(rows.filter(({ status }) => status !== "deleted"), []);
  assert.deepEqual([objects, bytes_used], [[], 0]);
});

Deno.test("a file that an item refers to is linked to its message", async () => {
  const file = await client.files.create({
    file: await textFile("linked.txt"),
    purpose: "user_data",
  });
  const { id } = await client.conversations.create({
    items: [{
      role: "user",
      content: [
        { type: "input_text", text: "Read this." },
        { type: "input_file", file_id: file.id },
      ],
    }],
  });
  const { body } = await request(
    owner,
    `file-download?continuation_id=${uuidOf(id)}`,
  );
  assert.deepEqual(body.files.map(({ id }: { id: string }) => id), [
    uuidOf(file.id),
  ]);
  await assert.rejects(
    client.conversations.items.create(id, {
      items: [{
        role: "user",
        content: [{ type: "input_file", file_id: `file-${"0".repeat(32)}` }],
      }],
    }),
    OpenAI.BadRequestError,
  );
});

Deno.test("a range of a file is read", async () => {
  const { id } = await client.files.create({
    file: await textFile("range.txt", "0123456789"),
    purpose: "user_data",
  });
  const response = await fetch(`${baseURL}/files/${id}/content`, {
    headers: { Authorization: `Bearer ${tokenOf(owner)}`, Range: "bytes=2-4" },
  });
  assert.equal(response.status, 206);
  assert.equal(await response.text(), "234");
});
