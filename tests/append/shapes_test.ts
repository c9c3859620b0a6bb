/** What providers' messages look like: roles, content that is not there, times of their own. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, readMessage } from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";

const owner = await signUp("owner");

Deno.test("every role of the providers is stored and comes back", async () => {
  const roles = ["system", "developer", "user", "assistant", "tool"];
  const name = fresh("roles");
  const { status, text } = await append(
    owner,
    name,
    roles.map((role) => ({ role, content: role })),
  );
  assert.equal(status, 201, text);
  const { messages } = (await history(owner, name)).body;
  assert.deepEqual(messages.map(({ role }: { role: string }) => role), roles);
});

Deno.test("no other role is taken", async () => {
  for (const role of ["function", "User", "", "human", null]) {
    const answer = await append(owner, fresh("roles"), [
      { role: role as string, content: "x" },
    ]);
    assertInvalid(answer, "/messages/0/role");
  }
});

const parts = [{ type: "tool_call", id: "c" }];
const contents: [string, Record<string, unknown>, string | null][] = [
  ["null", { content: null, parts }, null],
  ["absent", { parts }, null],
  ["empty", { content: "", parts }, ""],
  ["a space", { content: " ", parts }, " "],
];
for (const [what, message, expected] of contents) {
  Deno.test(`content that is ${what} beside parts comes back as it came`, async () => {
    const name = fresh("content");
    const appended = await append(owner, name, [message]);
    assert.equal(appended.status, 201, appended.text);
    const copies = [
      appended.body.messages[0],
      (await history(owner, name)).body.messages[0],
      (await readMessage(owner, name, 1)).body,
    ];
    for (const copy of copies) {
      assert.strictEqual(copy.content, expected);
      assert.deepEqual(copy.parts, parts);
    }
  });
}

Deno.test("parts that are null, absent or none beside content come back as they came", async () => {
  const name = fresh("parts");
  await append(owner, name, [
    { content: "a", parts: null },
    { content: "a" },
    { content: "a", parts: [] },
  ]);
  const { messages } = (await history(owner, name)).body;
  assert.deepEqual(
    messages.map(({ parts }: { parts: unknown }) => parts),
    [null, null, []],
  );
});

Deno.test("a time of its own is kept to the microsecond, and the order stays that of seq", async () => {
  const name = fresh("time");
  const times = [
    "2024-05-06T07:08:09.123456+00:00",
    "2019-01-01T00:00:00Z",
    "2023-12-31T23:30:00-01:00",
  ];
  const appended = await append(
    owner,
    name,
    times.map((created_at) => ({ content: created_at, created_at })),
  );
  assert.equal(appended.status, 201, appended.text);
  await append(owner, name, ["now"]);
  const { messages, conversation } = (await history(owner, name)).body;
  assert.deepEqual(
    messages.map(({ seq }: { seq: number }) => seq),
    [1, 2, 3, 4],
  );
  assert.deepEqual(
    messages.slice(0, 3).map((m: { created_at: string }) => m.created_at),
    [
      "2024-05-06T07:08:09.123456+00:00",
      "2019-01-01T00:00:00+00:00",
      "2024-01-01T00:30:00+00:00",
    ],
  );
  assert.ok(
    Date.parse(conversation.created_at) > Date.parse("2026-01-01"),
    "the conversation's own times are the server's",
  );
});

Deno.test("a time in the future, without offset or that no calendar has is 422", async () => {
  const refused = [
    new Date(Date.now() + 3_600_000).toISOString(),
    "9999-01-01T00:00:00Z",
    "2024-05-06T07:08:09",
    "2024-02-30T00:00:00Z",
    "2024-05-06",
    "1715000000",
    "",
  ];
  for (const created_at of refused) {
    assertInvalid(
      await append(owner, fresh("time"), [{ content: "x", created_at }]),
      "/messages/0/created_at",
    );
  }
});

Deno.test("an append of no messages makes the conversation, once", async () => {
  const name = fresh("none");
  const first = await append(owner, name, [], { title: "Empty" });
  assert.equal(first.status, 201, first.text);
  assert.equal(first.body.conversation.title, "Empty");
  assert.equal(first.body.conversation.last_seq, 0);
  assert.equal(first.body.conversation.head_position, 0);
  const again = await append(owner, name, []);
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(again.body.conversation, first.body.conversation);
  assert.deepEqual((await history(owner, name)).body, {
    conversation: first.body.conversation,
    messages: [],
    has_more: false,
  });
});
