/** Parts come back as the text that was sent, wherever they are read. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import {
  type Answer,
  append,
  appendText,
  fresh,
  history,
  readMessage,
  request,
} from "../support/http.ts";
import { type ProviderAnswer, providerAnswers } from "./provider_answers.ts";

const owner = await signUp("owner");
const answers = providerAnswers(100);
const name = fresh("text");
const body = bodyOf(name, answers);
const appended = await appendText(owner, body);
assert.equal(appended.status, 201, appended.text);

/** A request that appends one message an answer. */
function bodyOf(continuation_id: string, answers: ProviderAnswer[]): string {
  const messages = answers.map(({ parts }, index) =>
    `{"role":"assistant","content":null,"client_id":"m${index}","parts":${parts}}`
  );
  return `{"continuation_id":"${continuation_id}","messages":[${
    messages.join(",")
  }]}`;
}

/** Asserts that an answer holds the parts of each message as they were sent, and no others. */
function assertSameText({ status, text }: Answer, expected: ProviderAnswer[]) {
  assert.ok(status === 200 || status === 201, text);
  let at = 0;
  for (const { dialect, parts } of expected) {
    const start = text.indexOf('"parts":', at) + '"parts":'.length;
    const end = start + parts.length;
    assert.equal(text.slice(start, end), parts, dialect);
    assert.equal(text.slice(end, end + 12), ',"metadata":', dialect);
    at = end;
  }
  assert.equal(text.indexOf(',"parts":', at), -1);
}

Deno.test("an append answers parts as the text that was sent", () => {
  assertSameText(appended, answers);
});

Deno.test("a replay answers parts as the text that was sent first", async () => {
  const retried = await appendText(owner, body);
  assert.equal(retried.body.replayed, true);
  assertSameText(retried, answers);
});

for (const query of ["", "view=log&after=0", "after=0&limit=500"]) {
  Deno.test(`history?${query} gives parts as the text that was sent`, async () => {
    assertSameText(await history(owner, name, query), answers);
  });
}

Deno.test("reading one message, by seq or id, gives parts as the text that was sent", async () => {
  // Every dialect, by way of a step that is prime to their number.
  for (let index = 0; index < answers.length; index += 4) {
    const { seq, id } = appended.body.messages[index];
    const message = await readMessage(owner, name, index % 8 ? seq : id);
    assertSameText(message, [answers[index]!]);
  }
});

Deno.test("a context gives parts as the text that was sent", async () => {
  assertSameText(
    await request(
      owner,
      `conversation-history/${name}/context?max_tokens=2000000000`,
    ),
    answers,
  );
});

Deno.test("an export gives parts as the text that was sent, a line break between tokens being a space", async () => {
  const { status, headers, text } = await request(
    owner,
    `conversation-history/${name}/export`,
  );
  const messages = text.split("\n").filter((line) =>
    line.startsWith('{"type":"message"')
  );
  assert.equal(messages.length, answers.length);
  assertSameText(
    { status, headers, text: messages.join("\n"), body: null },
    answers.map(({ dialect, parts }) => ({
      dialect,
      parts: parts.replaceAll(/[\r\n]/g, " "),
    })),
  );
});

Deno.test("a fork, and a fork of it, hold parts as the text that was sent", async () => {
  let source = name;
  for (const through of [90, 40]) {
    const copy = fresh("fork");
    const forked = await request(owner, `conversation-history/${source}/fork`, {
      json: { continuation_id: copy, through_position: through },
    });
    assert.equal(forked.status, 201, forked.text);
    assertSameText(await history(owner, copy), answers.slice(0, through));
    source = copy;
  }
});

Deno.test("a revision and a switch back to what it replaced keep the text of parts", async () => {
  const other = fresh("text");
  const [first, second, third] = providerAnswers(3, 7);
  await appendText(owner, bodyOf(other, [first!, second!]));
  const revised = await appendText(
    owner,
    `{"continuation_id":"${other}","messages":[{"role":"assistant","revises":1,"parts":${
      third!.parts
    }}]}`,
  );
  assert.equal(revised.status, 201, revised.text);
  assertSameText(await history(owner, other), [third!, second!]);
  assertSameText(await history(owner, other, "view=log"), [
    first!,
    second!,
    third!,
  ]);
});

Deno.test("rpc append_messages and read_history pass the text of parts on", async () => {
  const other = fresh("text");
  const answer = await owner.supabase.rpc("append_messages", {
    request: bodyOf(other, answers),
  });
  const page = await owner.supabase.rpc("read_history", {
    continuation_id: other,
    view: "line",
    max_messages: 100,
  });
  for (const { data, error, status } of [answer, page]) {
    assert.equal(error, null);
    const text: string = data;
    assertSameText(
      { status, text, headers: new Headers(), body: null },
      answers,
    );
  }
});

Deno.test("content comes back as the text that its escapes stand for", async () => {
  const spelled =
    '"\\u0063af\\u00e9 \\/ \\ud83d\\ude00 \\u003c \\b\\f\\n\\r\\t"';
  const other = fresh("text");
  await append(owner, other, []);
  const { body } = await appendText(
    owner,
    `{"continuation_id":"${other}","messages":[{"role":"user","content":${spelled}}]}`,
  );
  assert.equal(body.messages[0].content, JSON.parse(spelled));
});
