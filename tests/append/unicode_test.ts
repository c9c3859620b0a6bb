import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

const difficult: Record<string, string> = {
  "emoji with joiners and skin tones": "👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈",
  "combining marks, not normalized": "e\u0301 é Å Å ﬁ ǆ",
  "right to left with overrides": "שלום \u202e مرحبا \u202c \u200f",
  "noncharacters": "\uffff \ufffe \u{1ffff} \u{10ffff}",
  "a byte order mark": "\ufeffstart \ufeff end",
  "the replacement character": "\ufffd",
  "four-byte characters": "𝒞𝓸𝓷𝓽𝓲𝓷𝓾𝓾𝓶 𠜎𠜱",
  "line ends of all kinds": "a\r\nb\rc\nd\u2028e\u2029f\u0085g",
  "control characters": "\u0001\u0007\b\t\v\f\u001b[31m\u007f",
  "spaces kept at both ends": " \t\n both ends \u00a0\u3000 ",
  "backslashes and quotes": "\\u0000 \\n \\\\ ' \" ` $$ $1 %s %00 \\x00",
  "text like JSON": '{"a": [1, null, "\\u0041"], "a": 2}',
  "text like an array of PostgreSQL": "{1,2,NULL}",
  "text like SQL": "'; drop table messages; --",
  "text like null": "null",
  "text like a number": "0012345678901234567890.10e5",
  "text like a date": "2024-02-30T25:61:61Z",
  "text like infinity": "NaN Infinity -0",
};

for (const [kind, text] of Object.entries(difficult)) {
  Deno.test(`text comes back as it went in: ${kind}`, async () => {
    const name = fresh("text");
    const answer = await append(
      owner,
      name,
      [{
        content: text,
        parts: [{ [text]: text }],
        metadata: { [text]: [text] },
        client_id: [...text].slice(0, 255).join(""),
      }],
      { title: [...text].slice(0, 200).join(""), metadata: { [text]: text } },
    );
    assert.equal(answer.status, 201, answer.text);
    const { conversation, messages: [message] } =
      (await history(owner, name)).body;
    assert.equal(message.content, text);
    assert.deepEqual(message.parts, [{ [text]: text }]);
    assert.deepEqual(message.metadata, { [text]: [text] });
    assert.equal(message.client_id, [...text].slice(0, 255).join(""));
    assert.equal(conversation.title, [...text].slice(0, 200).join(""));
    assert.deepEqual(conversation.metadata, { [text]: text });
    assert.deepEqual(answer.body.messages[0], message);
  });
}

Deno.test("characters that straddle the chunks of a long text are not torn", async () => {
  const text = "x" + "😀é".repeat(100_000);
  const name = fresh("long");
  await append(owner, name, [text]);
  const [message] = (await history(owner, name)).body.messages;
  assert.ok(message.content === text);
});

const unstorable = { "U+0000": "a\\u0000b", "a lone surrogate": "a\\ud800b" };
for (const [kind, escaped] of Object.entries(unstorable)) {
  Deno.test(`${kind} anywhere is 422 with a pointer to it, and nothing is written`, async () => {
    const name = fresh("refused");
    const text: string = JSON.parse(`"${escaped}"`);
    const json = {
      continuation_id: name,
      title: text,
      metadata: { deep: [{ value: text }] },
      messages: [
        { role: "user", content: text },
        { role: "user", content: "x", metadata: { [text]: 1 } },
        {
          role: "user",
          content: "x",
          parts: [{ type: "text", text }],
          client_id: text,
        },
      ],
    };
    assertInvalid(
      await request(owner, "conversation-append", { json }),
      "/title",
      "/metadata/deep/0/value",
      "/messages/0/content",
      `/messages/1/metadata/${text}`,
      "/messages/2/parts/0/text",
      "/messages/2/client_id",
    );
    assert.equal((await history(owner, name)).body.conversation, null);
  });
}

function sendRaw(body: BodyInit) {
  return request(owner, "conversation-append", {
    body,
    headers: { "Content-Type": "application/json" },
  });
}

Deno.test("a body that is not UTF-8 is 400, never repaired", async () => {
  const name = fresh("invalid");
  const json = JSON.stringify({
    continuation_id: name,
    messages: [{ role: "user", content: "@@" }],
  });
  const bytes = new TextEncoder().encode(json);
  const at = json.indexOf("@@");
  for (
    const invalid of [[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0], [0xc0, 0x80]]
  ) {
    bytes.set(invalid, at);
    assertProblem(await sendRaw(bytes), 400, "malformed_request");
  }
  assert.equal((await history(owner, name)).body.conversation, null);
});

Deno.test("nesting without end is 422, reasonable nesting is stored", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const body = (value: string) =>
    `{"messages":[{"role":"user","content":"x","metadata":{"a":${value}}}]}`;
  for (const depth of [101, 1000, 100_000]) {
    const answer = await sendRaw(body(nested(depth)));
    assertProblem(answer, 422, "validation_failed");
    assert.match(
      answer.body.errors[0].pointer,
      /^\/messages\/0\/metadata\/a(\/0)+$/,
    );
  }
  const { status } = await sendRaw(body(nested(64)));
  assert.equal(status, 201);
});
