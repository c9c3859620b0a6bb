/**
 * Every call of three resources of the official client, in any runtime: what it has found out, to be compared.
 *
 * @param {import("npm:openai@7.57.0")} library
 * @param {{ baseURL: string; apiKey: string }} options
 */
export async function exercise({ default: OpenAI, toFile }, options) {
  const client = new OpenAI({ ...options, dangerouslyAllowBrowser: true });
  const { conversations, files } = client;
  const { items } = conversations;
  /** @type {Record<string, unknown>} */
  const found = {};

  const { id } = await conversations.create({ metadata: { topic: "a" } });
  await conversations.update(id, { metadata: { topic: "b" } });
  found.metadata = (await conversations.retrieve(id)).metadata;

  const words = ["one", "two", "three", "four", "five"];
  const created = await items.create(id, {
    items: words.map((content) => ({ role: "user", content })),
  });
  found.created = created.data.length;
  found.paged = [];
  for await (const item of items.list(id, { limit: 2, order: "asc" })) {
    found.paged.push(item.content[0].text);
  }
  const [first] = created.data;
  const retrieved = await items.retrieve(first.id, { conversation_id: id });
  found.retrieved = retrieved.content[0].text;
  found.deleted =
    (await items.delete(first.id, { conversation_id: id })).id === id;
  found.gone = await items.retrieve(first.id, { conversation_id: id })
    .catch((error) => error instanceof OpenAI.NotFoundError);

  const file = await files.create({
    file: await toFile(new TextEncoder().encode(`Text of ${id}`), "a.txt"),
    purpose: "user_data",
  });
  found.filename = (await files.retrieve(file.id)).filename;
  found.content =
    (await (await files.content(file.id)).text()) === `Text of ${id}`;
  found.listed = false;
  for await (const listed of files.list({ limit: 2 })) {
    found.listed ||= listed.id === file.id;
  }
  found.fileDeleted = (await files.delete(file.id)).deleted;
  found.conversationDeleted = (await conversations.delete(id)).deleted;
  found.refused = await new OpenAI({
    ...options,
    apiKey: "wrong",
    dangerouslyAllowBrowser: true,
  }).conversations.create().catch((error) =>
    error instanceof OpenAI.AuthenticationError && error.code
  );
  return found;
}

/** What it finds where all is well. */
export const expected = {
  metadata: { topic: "b" },
  created: 5,
  paged: ["one", "two", "three", "four", "five"],
  retrieved: "one",
  deleted: true,
  gone: true,
  filename: "a.txt",
  content: true,
  listed: true,
  fileDeleted: true,
  conversationDeleted: true,
  refused: "invalid_token",
};
