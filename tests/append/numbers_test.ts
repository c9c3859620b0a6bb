/** Numbers in metadata: kept digit for digit, or refused; never rounded. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import {
  type Answer,
  appendText,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";

const owner = await signUp("owner");

/** Sends `value` as JSON text, in the metadata of a new conversation and of its message. */
function send(name: string, value: string): Promise<Answer> {
  return appendText(
    owner,
    `{"continuation_id":"${name}","metadata":{"n":${value}},` +
      `"messages":[{"role":"user","content":"x","metadata":{"n":${value}}}]}`,
  );
}

/** The texts of all members "n" of an answer. */
function numbersOf({ text }: Answer): string[] {
  return [...text.matchAll(/"n": ?([^,}\]]+)/g)].map(([, n]) => n ?? "");
}

Deno.test("a whole number of the request is the same however it is spelled", async () => {
  const name = fresh("spelled");
  const spellings = ["100", "100.0", "1e2", "1.0E+2", "1000e-1"];
  for (const [seq, number] of spellings.entries()) {
    const answer = await appendText(
      owner,
      `{"continuation_id":"${name}","ttl_seconds":36e2,"expected_seq":${seq}e0,` +
        `"messages":[{"role":"user","content":"x","token_count":${number}}]}`,
    );
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.messages[0].token_count, 100);
    assert.equal(answer.body.conversation.ttl_seconds, 3600);
  }
  for (const number of ["1.5", "1e-1", "-1e0", "1e99"]) {
    const { status, text } = await appendText(
      owner,
      `{"messages":[{"role":"user","content":"x","token_count":${number}}]}`,
    );
    assert.equal(status, 422, text);
    assert.match(text, /"pointer":"\/messages\/0\/token_count"/);
  }
});

const kept: [sent: string, stored: string][] = [
  ["0.1", "0.1"],
  ["1.0", "1.0"],
  ["0.10", "0.10"],
  ["-0.000", "0.000"],
  ["9007199254740993", "9007199254740993"],
  ["-9007199254740993", "-9007199254740993"],
  ["1764066560123456789", "1764066560123456789"],
  ["3.141592653589793238462643", "3.141592653589793238462643"],
  ["123456789.123456789123", "123456789.123456789123"],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
  ["1e2", "100"],
  ["1E-7", "0.0000001"],
  ["1e21", "1000000000000000000000"],
  ["1e400", "1" + "0".repeat(400)],
  ["1e999", "1" + "0".repeat(999)],
  ["1.7976931348623157e308", "17976931348623157" + "0".repeat(292)],
];
for (const [sent, stored] of kept) {
  Deno.test(`the number ${sent} in metadata keeps its value, digit for digit`, async () => {
    const name = fresh("number");
    const appended = await send(name, sent);
    assert.equal(appended.status, 201, appended.text);
    for (
      const answer of [
        appended,
        await history(owner, name),
        await request(owner, `conversation-history?prefix=${name}`),
      ]
    ) {
      const numbers = numbersOf(answer);
      assert.ok(numbers.length > 0);
      for (const number of numbers) assert.equal(number, stored);
    }
  });
}

for (const sent of ["1e1000", "1e131073", "-1E+99999", "1".repeat(1200)]) {
  Deno.test(`a number too large to be stored in metadata is 422: ${sent.slice(0, 12)}`, async () => {
    const name = fresh("number");
    assertInvalid(await send(name, sent), "/messages/0/metadata");
    const ofConversation = await appendText(
      owner,
      `{"continuation_id":"${name}","metadata":{"n":[${sent}]},"messages":[]}`,
    );
    assertInvalid(ofConversation, "/metadata");
    assert.equal((await history(owner, name)).body.conversation, null);
  });
}

Deno.test("text that looks like a number too large is not one", async () => {
  const answer = await send(fresh("number"), '"1e99999 \\" 9e99999"');
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.messages[0].metadata.n, '1e99999 " 9e99999');
});

Deno.test("a merge patch keeps the numbers of metadata too", async () => {
  const name = fresh("number");
  await send(name, "1.50");
  const changed = await request(owner, `conversation-history/${name}`, {
    method: "PATCH",
    body: '{"metadata":{"m":{"n":9007199254740993}}}',
    headers: { "Content-Type": "application/json" },
  });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(numbersOf(changed).toSorted(), ["1.50", "9007199254740993"]);
});
