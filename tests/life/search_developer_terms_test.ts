/** What developers type: paths, URLs, names and versions are found as they stand and by each of their parts. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";
import { hitsIn, search } from "./searching.ts";

const owner = await signUp("owner");

const finds: [text: string, ...queries: string[]][] = [
  [
    "call supabase.auth.signInWithPassword now",
    "supabase auth",
    "signInWithPassword",
    "auth.signInWithPassword",
    "password",
  ],
  ["src/components/App.tsx", "App.tsx", "components", "App", "src/components"],
  ["(/app/src/App.tsx:42:13)", "App.tsx", "App.tsx:42", "App.tsx:42:13"],
  ["diff --git a/supabase/config.toml", "config.toml", "supabase/config.toml"],
  ["see report.pdf", "report", "report.pdf"],
  ["run node.js", "node", "node.js"],
  ["select from public.messages", "messages", "public.messages"],
  ["java.lang.NullPointerException", "NullPointerException", "pointer"],
  ["GPT-4 says", "GPT 4", "gpt-4"],
  ["tagged v1.2.3", "1.2.3", "v1.2.3"],
  ["COVID-19 cases", "covid 19", "covid-19"],
  [
    "https://www.youtube.com/watch?v=oHg5SJYRHA0",
    "https://www.youtube.com/watch?v=oHg5SJYRHA0",
    "youtube.com",
    "oHg5SJYRHA0",
  ],
  ["http://localhost:3000/api", "http://localhost:3000/api", "localhost:3000"],
  ["postgresql://localhost/x", "postgresql://localhost/x"],
  ["getUserById", "user", "getUserById", "getuserbyid"],
  ["new HTTPServer", "server", "HTTPServer", "http"],
  ["const MAX_BODY_BYTES", "body", "MAX_BODY_BYTES"],
  ["git commit --no-verify", "--no-verify", "no-verify"],
  ["tar -xzf", "-xzf"],
  ["mail ops@example.com", "ops@example.com", "example.com"],
  [
    "b8f1c2d4-1111-4222-8333-444455556666",
    "b8f1c2d4-1111-4222-8333-444455556666",
    "444455556666",
  ],
  ["권리에 대하여", "권리", "권리에"],
  ["API를 쓰다", "API", "API를"],
  ["\u001b[31mError\u001b[0m: ENOENT", "error", "ENOENT"],
  ["zero\u200bwidth", "zerowidth"],
  ["ｆｕｌｌｗｉｄｔｈ", "fullwidth"],
  ["Æther and ŒUVRE", "æther", "aether", "ÆTHER", "œuvre", "oeuvre"],
  ["STRAẞE", "straße", "strasse", "STRAẞE"],
  ["eine Straße", "STRAẞE", "STRASSE"],
  ['{"city": "\\u6771\\u4eac", "bar": "caf\\u00e9"}', "東京", "café", "cafe"],
  ['{"face": "\\ud83d\\ude00ok", "bad": "\\ud83d \\u0000 \\u12"}', "ok"],
];

Deno.test("each text is found by what a developer types of it", async () => {
  const missed: string[] = [];
  for (const [text, ...queries] of finds) {
    const { body } = await append(owner, fresh("terms"), [text]);
    for (const q of queries) {
      const hits = await hitsIn(owner, body.conversation.id, q);
      if (hits.length !== 1) missed.push(`${q} in ${text}`);
    }
  }
  assert.deepEqual(missed, []);
});

Deno.test("the parts of a path are a phrase: a text with both words apart is not found", async () => {
  const { body } = await append(owner, fresh("apart"), ["tsx of another App"]);
  assert.deepEqual(await hitsIn(owner, body.conversation.id, "App.tsx"), []);
});

Deno.test("a title is found, as a hit without a message", async () => {
  const { body } = await append(owner, fresh("title"), ["nothing of note"], {
    title: "Quarterly zanzibar report",
  });
  const found = (await search(owner, "zanzibar")).body.hits;
  assert.equal(found.length, 1);
  assert.equal(found[0].conversation.id, body.conversation.id);
  assert.equal(found[0].message, null);
  assert.equal(found[0].snippet, "Quarterly ⟦zanzibar⟧ report");
  await request(owner, `conversation-history/${body.conversation.id}`, {
    method: "PATCH",
    json: { title: "Another" },
  });
  assert.deepEqual((await search(owner, "zanzibar")).body.hits, []);
});

Deno.test("text in parts is found, and what is not text is not", async () => {
  const { body } = await append(owner, fresh("parts"), [
    { content: null, parts: [{ type: "text", text: "the xylophone needle" }] },
    {
      role: "assistant",
      parts: [{
        type: "tool_use",
        id: "toolu_aardvark",
        name: "bash",
        input: { command: ["ls", "pangolin"], path: "src/okapi.ts" },
      }],
    },
    {
      parts: [{
        type: "image",
        source: {
          type: "base64",
          media_type: "image/png",
          data: "cGFuZ29saW4=",
        },
      }],
      content: "see",
    },
  ]);
  const id = body.conversation.id;
  assert.deepEqual(await hitsIn(owner, id, "xylophone"), [1]);
  assert.deepEqual(await hitsIn(owner, id, "pangolin"), [2]);
  assert.deepEqual(await hitsIn(owner, id, "okapi.ts"), [2]);
  assert.deepEqual(await hitsIn(owner, id, "cGFuZ29saW4"), []);
  assert.deepEqual(await hitsIn(owner, id, "aardvark"), []);
});

Deno.test("what is rewound, revised or erased is no longer found", async () => {
  const name = fresh("gone");
  const { body } = await append(owner, name, ["narwhal", "beluga", "orca"]);
  const id = body.conversation.id;
  await append(owner, name, [{ content: "dolphin", revises: 1 }]);
  await append(owner, name, [], { after_position: 2 });
  assert.deepEqual(await hitsIn(owner, id, "narwhal"), []);
  assert.deepEqual(await hitsIn(owner, id, "dolphin"), [4]);
  assert.deepEqual(await hitsIn(owner, id, "orca"), []);
  await request(owner, `conversation-history/${name}/messages/2`, {
    method: "DELETE",
  });
  assert.deepEqual(await hitsIn(owner, id, "beluga"), []);
  await request(owner, `conversation-history/${name}`, {
    method: "PATCH",
    json: { head_position: 3 },
  });
  assert.deepEqual(await hitsIn(owner, id, "orca"), [3]);
});

const syllables = (count: number, length: number) =>
  Array.from(
    { length: count },
    (_, i) =>
      Array.from({ length }, (_, j) =>
        String.fromCodePoint(0xac00 + (i * 7919 + j * 104729) % 11172)).join(
          "",
        ),
  ).join("-");
const odd: [string, string][] = [
  ["200,000 characters of hyphenated Hangul", syllables(50_000, 3)],
  [
    "200,000 characters of distinct words",
    Array.from({ length: 30_000 }, (_, i) => `w${i.toString(36)}x${i}`).join(
      " ",
    ),
  ],
  ["one word of 200,000 letters", "a".repeat(200_000)],
  ["200,000 emoji", "😀".repeat(100_000)],
  ["control characters", "\u0001\u0002\u001b[\u007f\u0085 done"],
  ["nothing but marks", "\u0301".repeat(1000)],
  ["long camelCase", "aB".repeat(100_000)],
];
for (const [what, text] of odd) {
  Deno.test(`no text is too odd to store: ${what}`, async () => {
    const name = fresh("odd");
    const { status } = await append(owner, name, [text, "and a marmoset"]);
    assert.equal(status, 201);
    const { body } = await request(owner, `conversation-history/${name}`);
    assert.equal(body.messages[0].content, text);
    assert.deepEqual(
      await hitsIn(owner, body.conversation.id, "marmoset"),
      [2],
    );
  });
}

Deno.test("a query of any length costs little, and one of more than 500 characters is refused in SQL too", async () => {
  for (
    const q of [
      "x ".repeat(250),
      "-".repeat(500),
      '"'.repeat(500),
      "a.".repeat(250),
    ]
  ) {
    assert.equal((await search(owner, q)).status, 200);
  }
  assertInvalid(await search(owner, "x".repeat(501)), "/q");
  const { error } = await owner.supabase.rpc("search_messages", {
    q: "x ".repeat(100_000),
    max_hits: 20,
  });
  assert.equal(error?.message, "validation_failed");
});
