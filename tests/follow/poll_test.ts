/** Single answers in JSON, which may wait. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history } from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { open, poll } from "./reading.ts";

const { owner, stranger, nobody } = await cast();

Deno.test("an answer holds the messages after a seq, and where to go on", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two", "three"]);
  const { body } = await poll(owner, name, "after=1");
  const { messages } = (await history(owner, name, "after=1")).body;
  assert.deepEqual(body, {
    messages,
    after: 3,
    last_seq: 3,
    head_position: 3,
    up_to_date: true,
  });
  assert.equal((await poll(owner, name)).body.messages.length, 3);
});

Deno.test("a long log is read answer by answer", async () => {
  const id = await longConversation(owner, 1200, 1000);
  const seqs: number[] = [];
  for (let after = 0, upToDate = false; !upToDate;) {
    const { body } = await poll(owner, id, `after=${after}&wait=5`);
    assert.ok(body.messages.length > 0);
    seqs.push(...body.messages.map(({ seq }: { seq: number }) => seq));
    ({ after, up_to_date: upToDate } = body);
    assert.equal(after, seqs.at(-1));
    assert.equal(body.last_seq, 1200);
  }
  assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
  assert.equal(seqs.length, 1200);
});

Deno.test("an answer that waits comes with the message", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"]);
  const answer = poll(owner, name, "after=1&wait=25");
  await append(owner, name, ["two"]);
  const { body } = await answer;
  assert.equal(body.messages[0].content, "two");
  assert.equal(body.after, 2);
});

Deno.test("an answer that waits in vain is empty and says the same place", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two"]);
  for (const query of ["after=2&wait=1", "after=now&wait=1", "after=now"]) {
    const { status, body } = await poll(owner, name, query);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      messages: [],
      after: 2,
      last_seq: 2,
      head_position: 2,
      up_to_date: true,
    });
  }
});

Deno.test("another head is news, during the wait and since the last answer", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two"]);
  const waiting = poll(owner, name, "after=2&head_position=2&wait=25");
  await append(owner, name, [], { after_position: 1 });
  for (
    const { body } of [
      await waiting,
      await poll(owner, name, "after=2&head_position=2&wait=25"),
    ]
  ) {
    assert.deepEqual(body.messages, []);
    assert.equal(body.head_position, 1);
  }
});

Deno.test("a conversation that one may not see reads as one that does not exist", async () => {
  const { body } = await append(owner, fresh("follow"), ["one"]);
  for (const query of ["", "after=5", "after=now&wait=1", "offset=-1"]) {
    const [hidden, missing] = await Promise.all(
      [body.conversation.id, crypto.randomUUID()].map((id) =>
        poll(stranger, id, query)
      ),
    );
    assert.equal(hidden!.status, 200);
    assert.deepEqual(hidden!.text, missing!.text);
  }
});

Deno.test("a seq that the log has not reached is refused: it is of another log", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"]);
  for (const query of ["after=2", "after=2&live=sse", "offset=2"]) {
    const answer = await poll(owner, name, query);
    assertProblem(answer, 409, "position_conflict");
    assert.equal(answer.body.last_seq, 1);
  }
});

Deno.test("what is no place or no wait is refused with a pointer", async () => {
  const name = fresh("follow");
  for (
    const [query, pointer] of [
      ["after=-1", "/after"],
      ["after=1.5", "/after"],
      ["after=9999999999999999", "/after"],
      ["wait=26", "/wait"],
      ["wait=x", "/wait"],
      ["offset=x", "/offset"],
      ["offset=-2", "/offset"],
      ["live=long-poll", "/offset"],
      ["live=x", "/live"],
      ["cursor=x&offset=-1", "/cursor"],
      ["head_position=x", "/head_position"],
      ["limit=3", "/limit"],
    ]
  ) {
    assertInvalid(await poll(owner, name, query), pointer!);
  }
  const headers = { "Last-Event-ID": "x" };
  assertInvalid(
    await poll(owner, name, "live=sse", { headers }),
    "/last-event-id",
  );
});

Deno.test("the form is the one that is accepted, and another is 406", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one"]);
  for (
    const [accept, type] of [
      ["application/json", "application/json"],
      ["*/*", "application/json"],
      ["application/json, text/event-stream", "application/json"],
      ["text/event-stream", "text/event-stream"],
      ["text/event-stream, */*;q=0.1", "text/event-stream"],
      ["application/json;q=0.5, text/event-stream", "text/event-stream"],
    ] as const
  ) {
    await using followed = await open(owner, name, {
      headers: { Accept: accept },
    });
    const { headers } = followed.response;
    assert.equal(headers.get("Content-Type"), type, accept);
  }
  assertProblem(
    await poll(owner, name, "", { headers: { Accept: "text/html" } }),
    406,
    "not_acceptable",
  );
});

Deno.test("only users follow", async () => {
  assertProblem(await poll(nobody, fresh("follow")), 401, "unauthenticated");
});
