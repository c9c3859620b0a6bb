/** What a snippet marks: what was found, as it stands in the text, whichever part of it was typed. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { hitsIn, search } from "./searching.ts";

const owner = await signUp("owner");

/** A text, and queries that find it, each with what the snippet marks. */
const found: [text: string, queries: Record<string, string[]>][] = [
  ["call supabase.auth.signInWithPassword now", {
    "supabase auth": ["supabase", "auth"],
    "signInWithPassword": ["signInWithPassword"],
    "signinwithpassword": ["signInWithPassword"],
    "auth.signInWithPassword": ["auth.signInWithPassword"],
    "supabase.auth.signInWithPassword": ["supabase.auth.signInWithPassword"],
  }],
  ["import App from 'src/components/App.tsx'", {
    "App.tsx": ["App.tsx"],
    "components": ["components"],
    "components/App": ["components/App"],
    "src/components/App.tsx": ["src/components/App.tsx"],
  }],
  ["at render (/app/lib/View.tsx:42:13)", {
    "View.tsx": ["View.tsx"],
    "View.tsx:42": ["View.tsx:42"],
    "/app/lib/View.tsx:42:13": ["app/lib/View.tsx:42:13"],
  }],
  ["C:\\Users\\me\\setup.exe", {
    "C:\\Users\\me": ["C:\\Users\\me"],
    "setup.exe": ["setup.exe"],
  }],
  ["diff --git a/supabase/config.toml", { "config.toml": ["config.toml"] }],
  ["see report.pdf", { report: ["report"], "report.pdf": ["report.pdf"] }],
  ["node.js reads public.messages", {
    node: ["node"],
    "node.js": ["node.js"],
    messages: ["messages"],
    "public.messages": ["public.messages"],
  }],
  ["java.lang.NullPointerException: x", {
    NullPointerException: ["NullPointerException"],
    "java.lang": ["java.lang"],
    pointer: ["Pointer"],
  }],
  ["GPT-4 and COVID-19", {
    "GPT 4": ["GPT", "4"],
    "GPT-4": ["GPT-4"],
    "GPT4": ["GPT-4"],
    "covid 19": ["COVID", "19"],
  }],
  ["released v1.2.3, after v2.0.0-rc.1", {
    "1.2.3": ["1.2.3"],
    "v1.2.3": ["v1.2.3"],
    "2.0.0-rc.1": ["2.0.0-rc.1"],
  }],
  ["since 3.13.0rc1 it waits 250ms", {
    "3.13.0": ["3.13.0"],
    "3.13.0rc1": ["3.13.0rc1"],
    "250 ms": ["250ms"],
    "250ms": ["250ms"],
  }],
  ["python3.11 -m venv", { "3.11": ["3.11"], python: ["python"] }],
  ["https://www.youtube.com/watch?v=oHg5SJYRHA0", {
    "https://www.youtube.com/watch?v=oHg5SJYRHA0": [
      "https://www.youtube.com/watch?v=oHg5SJYRHA0",
    ],
    "youtube.com": ["youtube.com"],
    "oHg5SJYRHA0": ["oHg5SJYRHA0"],
  }],
  ["http://localhost:3000/api or postgresql://localhost/x", {
    "http://localhost:3000/api": ["http://localhost:3000/api"],
    "postgresql://localhost/x": ["postgresql://localhost/x"],
    "localhost:3000": ["localhost:3000"],
  }],
  ["mail ops+night@mail.example.com", {
    "ops+night@mail.example.com": ["ops+night@mail.example.com"],
    "example.com": ["example.com"],
  }],
  ["id 550e8400-e29b-41d4-a716-446655440000", {
    "550e8400-e29b-41d4-a716-446655440000": [
      "550e8400-e29b-41d4-a716-446655440000",
    ],
    "446655440000": ["446655440000"],
  }],
  ["the getUserById function", {
    user: ["User"],
    "getUserById": ["getUserById"],
    "userById": ["UserById"],
    '"user by id"': ["UserById"],
  }],
  ["new XMLHttpRequest on an HTTPServer", {
    xml: ["XML"],
    "http": ["Http", "HTTP"],
    server: ["Server"],
  }],
  ["open src/UserService.ts:7", { "Service.ts": ["Service.ts"] }],
  ["MAX_BODY_BYTES and foreign_key", {
    body: ["BODY"],
    MAX_BODY_BYTES: ["MAX_BODY_BYTES"],
    foreign_key: ["foreign_key"],
  }],
  ["git commit --no-verify", {
    "--no-verify": ["no-verify"],
    "git commit --no-verify": ["git", "commit", "no-verify"],
  }],
  ["then rm -rf build", { "-rf": ["rf"], "rm -rf": ["rm", "rf"] }],
  ["\u001b[31merror\u001b[0m: failed", { error: ["error"] }],
  ['{"log":"first line\\nsecondline"}', { secondline: [] }],
  ["권리에 대하여 API를 호출", { 권리: ["권리"], API: ["API"] }],
];

const name = fresh("terms");
const stored = await append(owner, name, found.map(([text]) => text));
const id: string = stored.body.conversation.id;

for (const [index, [text, queries]] of found.entries()) {
  for (const [q, marks] of Object.entries(queries)) {
    Deno.test(`${JSON.stringify(text)} is found by ${q}`, async () => {
      assert.ok((await hitsIn(owner, id, q)).includes(index + 1));
      if (marks.length === 0) return;
      const { body } = await search(owner, q, { limit: "100" });
      const hit = body.hits.find((h: { message: { seq: number } }) =>
        h.message.seq === index + 1
      );
      assert.deepEqual(
        [...hit.snippet.matchAll(/⟦(.*?)⟧/gs)].map(([, mark]) => mark),
        marks,
      );
    });
  }
}

Deno.test("a dash before a word excludes it, but not where it is written so", async () => {
  const { body } = await append(owner, fresh("options"), [
    "tar -xzf archive",
    "tar and xzf",
    "tar alone",
  ]);
  const hits = await hitsIn(owner, body.conversation.id, "tar -xzf");
  assert.deepEqual(hits.sort(), [1, 3]);
});

Deno.test("a path is found anywhere in a long text", async () => {
  const words = Array.from({ length: 25000 }, (_, n) => `w${n}`).join(" ");
  const { body } = await append(owner, fresh("late"), [
    `${words} then src/late/Place.tsx:42`,
  ]);
  const id = body.conversation.id;
  assert.deepEqual(await hitsIn(owner, id, "late/Place.tsx:42"), [1]);
  const { body: { hits } } = await search(owner, "late/Place.tsx:42");
  assert.match(hits[0].snippet, /src\/⟦late\/Place\.tsx:42⟧/);
});

Deno.test("a query that repeats itself is asked once, and a long phrase is found by its beginning", async () => {
  const words = Array.from({ length: 100 }, (_, n) => `p${n % 10}`).join(" ");
  const { body } = await append(owner, fresh("long"), [`${words} end`]);
  const id = body.conversation.id;
  assert.deepEqual(await hitsIn(owner, id, `"${words}"`), [1]);
  assert.deepEqual(await hitsIn(owner, id, "p1 ".repeat(160)), [1]);
});
