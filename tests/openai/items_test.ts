import assert from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { all, clientOf, uuidOf } from "./client.ts";

type Input = OpenAI.Responses.ResponseInputItem;

const owner = await signUp("openai-items");
const client = clientOf(owner);
const { items } = client.conversations;

/** An item of each kind, with an id where OpenAI's own have one. */
// deno-lint-ignore no-explicit-any -- some are unknown to the client too
const kinds: Record<string, any> = {
  "a text": { role: "user", content: "Hello" },
  "a message of several parts": {
    type: "message",
    role: "user",
    content: [
      { type: "input_text", text: "What is this?" },
      {
        type: "input_image",
        image_url: "https://example.com/a.png",
        detail: "high",
      },
      {
        type: "input_file",
        filename: "a.pdf",
        file_data: "data:application/pdf;base64,JVBERg==",
      },
    ],
  },
  "a developer's instruction": { role: "developer", content: "Be brief." },
  "an answer with its id and annotations": {
    type: "message",
    id: "msg_68a0b1c2",
    role: "assistant",
    status: "incomplete",
    phase: "commentary",
    content: [{
      type: "output_text",
      text: "See there.",
      annotations: [{
        type: "url_citation",
        url: "https://example.com",
        title: "There",
        start_index: 4,
        end_index: 9,
      }],
      logprobs: [],
    }],
  },
  "a refusal": {
    type: "message",
    id: "msg_68a0b1c3",
    role: "assistant",
    status: "completed",
    content: [{ type: "refusal", refusal: "No." }],
  },
  "an empty text": { type: "message", role: "user", content: "" },
  "a call": {
    type: "function_call",
    id: "fc_1",
    call_id: "call_1",
    name: "add",
    arguments: '{"a": 1.0}',
    status: "completed",
  },
  "its result": {
    type: "function_call_output",
    call_id: "call_1",
    output: "3",
  },
  "a result of parts": {
    type: "function_call_output",
    call_id: "call_1",
    output: [{ type: "input_text", text: "3" }],
  },
  reasoning: {
    type: "reasoning",
    id: "rs_1",
    summary: [{ type: "summary_text", text: "Sum." }],
    encrypted_content: "gAAAA",
  },
  "a picture": {
    type: "image_generation_call",
    id: "ig_1",
    status: "completed",
    result: "iVBORw0KGgo=",
    revised_prompt: "A cat",
  },
  "a file search": {
    type: "file_search_call",
    id: "fs_1",
    status: "completed",
    queries: ["q"],
    results: null,
  },
  "a web search": {
    type: "web_search_call",
    id: "ws_1",
    status: "completed",
    action: { type: "search", query: "q" },
  },
  "a computer's action": {
    type: "computer_call",
    id: "cu_1",
    call_id: "call_2",
    action: { type: "click", button: "left", x: 1, y: 2 },
    pending_safety_checks: [],
    status: "completed",
  },
  "a screenshot": {
    type: "computer_call_output",
    call_id: "call_2",
    output: {
      type: "computer_screenshot",
      image_url: "https://example.com/s.png",
    },
  },
  "a code interpreter's run": {
    type: "code_interpreter_call",
    id: "ci_1",
    code: "1 + 1",
    container_id: "cntr_1",
    outputs: null,
    status: "completed",
  },
  "a shell's command": {
    type: "local_shell_call",
    id: "lsh_1",
    call_id: "call_3",
    action: { type: "exec", command: ["ls"], env: {} },
    status: "completed",
  },
  "a list of MCP tools": {
    type: "mcp_list_tools",
    id: "mcpl_1",
    server_label: "s",
    tools: [{ name: "t", input_schema: { type: "object" } }],
  },
  "a request for approval": {
    type: "mcp_approval_request",
    id: "mcpr_1",
    server_label: "s",
    name: "t",
    arguments: "{}",
  },
  "an approval": {
    type: "mcp_approval_response",
    approval_request_id: "mcpr_1",
    approve: true,
  },
  "an MCP call": {
    type: "mcp_call",
    id: "mcp_1",
    server_label: "s",
    name: "t",
    arguments: "{}",
    output: null,
    error: null,
  },
  "a custom call": {
    type: "custom_tool_call",
    id: "ctc_1",
    call_id: "call_4",
    name: "t",
    input: "x",
  },
  "its output": {
    type: "custom_tool_call_output",
    call_id: "call_4",
    output: "y",
  },
  compaction: { type: "compaction", id: "cmp_1", encrypted_content: "gAAAA" },
  "a type that is new": {
    type: "time_travel_call",
    id: "tt_1",
    when: { year: 1955 },
    status: "completed",
  },
  "a new type that is called like another's part": {
    type: "text",
    text: "not a part",
  },
};

const texts = (role: string, text: string) => [
  role === "assistant"
    ? { type: "output_text", text, annotations: [], logprobs: [] }
    : { type: "input_text", text },
];

Deno.test("an item of every type comes back as it went in, from every route", async (t) => {
  const { id } = await client.conversations.create();
  for (const [name, item] of Object.entries(kinds)) {
    await t.step(name, async () => {
      const created = (await items.create(id, { items: [item] })).data[0]!;
      // What OpenAI adds: an id, and to a message its type, status and parts.
      const { id: itemId, ...rest } = created;
      const defaults = item.type === undefined || item.type === "message"
        ? { type: "message", status: "completed" }
        : /^function_call/.test(item.type)
        ? { status: "completed" }
        : {};
      const { id: _, ...sent } = item;
      assert.deepEqual<unknown>(rest, {
        ...defaults,
        ...sent,
        ...(typeof item.content === "string" &&
          { content: texts(item.role, item.content) }),
      });
      if (item.id) assert.equal(itemId, item.id);
      else assert.match(itemId!, /^[a-z]+_[0-9a-f]{32}$/);
      const params = { conversation_id: id };
      assert.deepEqual(await items.retrieve(itemId!, params), created);
      assert.deepEqual((await items.list(id, { limit: 1 })).data, [created]);
    });
  }
  const listed = await all(items.list(id, { order: "asc", limit: 2 }));
  assert.equal(listed.length, Object.keys(kinds).length);
});

Deno.test("an item comes back with the same spelling of its numbers and order of its members", async () => {
  const { id } = await client.conversations.create();
  const item =
    '{"type":"mcp_call","id":"mcp_9","2":1e2,"1":12345678901234567890,"x":[1.0,{"b":0.10,"a":null}],"u":"\\u00e9"}';
  const { status, text } = await request(
    owner,
    `openai/v1/conversations/${id}/items`,
    {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: `{"items": [ ${item} ]}`,
    },
  );
  assert.equal(status, 200, text);
  assert.ok(text.includes(item), text);
});

Deno.test("an item's text is found and counted once, and a call keeps its result", async () => {
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  for (
    const item of [
      { role: "user", content: word },
      {
        type: "message",
        id: `msg_${word.slice(0, 9)}`,
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: word, annotations: [] }],
      },
    ] as Input[]
  ) {
    const { id } = await client.conversations.create({ items: [item] });
    const { body } = await history(owner, uuidOf(id));
    assert.equal(body.messages[0].token_count, Math.ceil(word.length / 4));
    const found = await request(owner, `conversation-history?q=${word}`);
    assert.ok(
      // deno-lint-ignore no-explicit-any -- hits
      found.body.hits.some((hit: any) => hit.conversation.id === uuidOf(id)),
    );
    assert.equal(body.messages[0].role, (item as { role: string }).role);
  }

  const { id } = await client.conversations.create({
    items: [
      { role: "user", content: "one" },
      kinds["a call"],
      kinds["its result"],
      { role: "user", content: "x".repeat(200) },
    ],
  });
  const roles = (await history(owner, uuidOf(id))).body.messages
    .map(({ role }: { role: string }) => role);
  assert.deepEqual(roles, ["user", "assistant", "tool", "user"]);
  for (let budget = 50; budget < 70; budget++) {
    const { body } = await request(
      owner,
      `conversation-history/${uuidOf(id)}/context?max_tokens=${budget}`,
    );
    const types = body.messages.flatMap((message: { parts: Input[] | null }) =>
      message.parts?.map(({ type }) => type) ?? []
    );
    assert.ok([0, 2].includes(types.length), `${budget}: ${types}`);
  }
});

Deno.test("a plain text is a plain message for the other doors", async () => {
  const { id } = await client.conversations.create({
    items: [
      { role: "user", content: "Hello" },
      {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: "Again" }],
      },
    ],
  });
  const { body } = await history(owner, uuidOf(id));
  assert.deepEqual(
    body.messages.map(({ role, content, parts }: Record<string, unknown>) => ({
      role,
      content,
      parts,
    })),
    [
      { role: "user", content: "Hello", parts: null },
      { role: "user", content: "Again", parts: null },
    ],
  );
});

Deno.test("what another door has appended reads as items", async () => {
  const name = fresh("doors");
  const { body } = await append(owner, name, [
    "Hello",
    { role: "assistant", content: "Hi", client_id: "answer-1" },
    {
      role: "user",
      content: null,
      parts: [
        { type: "text", text: "With parts" },
        { type: "image", image: "https://example.com/a.png" },
      ],
    },
    { role: "tool", content: "3" },
    { role: "assistant", content: null, parts: [kinds.reasoning] },
    { role: "assistant", parts: [{ type: "reasoning", text: "AI SDK's" }] },
  ]);
  const id = `conv_${body.conversation.id.replaceAll("-", "")}`;
  const conversation = await client.conversations.retrieve(id);
  assert.equal(conversation.id, id);
  // The name that the caller gave it is an id too.
  assert.deepEqual(await client.conversations.retrieve(name), conversation);

  const listed = await all(items.list(id, { order: "asc", limit: 2 }));
  assert.deepEqual(
    listed.map((item) =>
      item.type === "message" ? [item.type, item.role, item.content] : item.type
    ),
    [
      ["message", "user", texts("user", "Hello")],
      ["message", "assistant", texts("assistant", "Hi")],
      ["message", "user", [
        ...texts("user", "With parts"),
        ...texts(
          "user",
          '{"type":"image","image":"https://example.com/a.png"}',
        ),
      ]],
      ["message", "tool", texts("tool", "3")],
      "reasoning",
      [
        "message",
        "assistant",
        texts("assistant", '{"type":"reasoning","text":"AI SDK\'s"}'),
      ],
    ],
  );
  for (const item of listed) {
    assert.match(item.id!, /^(msg|rs)_[0-9a-f]{32}$/);
    const params = { conversation_id: id };
    assert.deepEqual(await items.retrieve(item.id!, params), item);
  }
});

Deno.test("what a list gives can be sent back, and only what is new is stored", async () => {
  const { id } = await client.conversations.create();
  for (const item of Object.values(kinds)) {
    await items.create(id, { items: [item] });
  }
  const before = await all(items.list(id, { order: "asc" }));
  const sent: Input[] = [];
  for (const item of before as Input[]) {
    sent.push(item);
    const again = await items.create(id, { items: sent.slice(-20) });
    assert.deepEqual(
      again.data,
      before.slice(Math.max(0, sent.length - 20), sent.length),
    );
  }
  const after = await all(items.list(id, { order: "asc" }));
  assert.deepEqual(after, before);
  // To another conversation it is a copy with the same ids.
  const copy = await client.conversations.create();
  for (const item of before as Input[]) {
    await items.create(copy.id, { items: [item] });
  }
  assert.deepEqual(await all(items.list(copy.id, { order: "asc" })), before);
  for (const item of before) {
    const params = { conversation_id: copy.id };
    assert.deepEqual(await items.retrieve(item.id!, params), item);
  }
});

Deno.test("an item whose id is null, as Python's models write it, has no id", async () => {
  const item = { id: null, role: "user", content: "Hello" } as unknown as Input;
  const { id } = await client.conversations.create({ items: [item] });
  const [stored] = await all(items.list(id));
  assert.match(stored!.id!, /^msg_/);
  await items.create(id, { items: [stored as Input] });
  assert.deepEqual(await all(items.list(id)), [stored]);
});

Deno.test("another item with the id of one is refused", async () => {
  const { id } = await client.conversations.create({
    items: [kinds["a call"]],
  });
  const other = { ...kinds["a call"], name: "subtract" };
  for (
    const batch of [[other], [{ ...other, id: "fc_2" }, {
      ...other,
      id: "fc_2",
    }]]
  ) {
    await assert.rejects(
      items.create(id, { items: batch }),
      OpenAI.BadRequestError,
    );
  }
  assert.equal((await all(items.list(id))).length, 1);
});

Deno.test("a deleted item that is added again is there again", async () => {
  const answer = kinds["a refusal"];
  const { id } = await client.conversations.create({
    items: [answer, { role: "user", content: "kept" }],
  });
  await items.delete(answer.id, { conversation_id: id });
  const { data } = await items.create(id, { items: [answer] });
  assert.equal(data.length, 1);
  const listed = await all(items.list(id, { order: "asc" }));
  assert.deepEqual(listed[1], data[0]);
  const { id: _, ...rest } = data[0] as typeof answer;
  assert.deepEqual({ ...rest, id: answer.id }, answer);
});

Deno.test("what is no item is refused with its place", async () => {
  const { id } = await client.conversations.create();
  for (
    const [param, item] of [
      ["items[0]", "text"],
      ["items[0].type", { type: 1 }],
      ["items[0].type", { type: "item_reference", id: "msg_1" }],
      ["items[0].role", { content: "x" }],
      ["items[0].content", { role: "user" }],
      ["items[0].content", { role: "user", content: "\0" }],
    ] as const
  ) {
    await assert.rejects(
      items.create(id, { items: [item as unknown as Input] }),
      (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.equal(error.param, param);
        return true;
      },
    );
  }
  assert.deepEqual(await all(items.list(id)), []);
});
