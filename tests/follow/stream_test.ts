/** What a stream of events holds. */
import assert from "node:assert/strict";
import { cast, signUp } from "../support/actors.ts";
import {
  append,
  appendText,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { longConversation } from "../support/long_conversation.ts";
import { share } from "../support/sharing.ts";
import { target } from "../support/target.ts";
import { followPath, open, range, seqsOf } from "./reading.ts";

const { owner, viewer, stranger } = await cast();

const patch = (id: string, json: unknown) =>
  request(owner, `conversation-history/${id}`, { method: "PATCH", json });
const erase = (id: string, seq: number) =>
  request(owner, `conversation-history/${id}/messages/${seq}`, {
    method: "DELETE",
  });

Deno.test("what is there comes first, then what is appended, in order of seq", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two", "three"]);
  await using followed = await open(owner, name);
  const backlog = await followed.take(3);
  assert.deepEqual(seqsOf(backlog), [1, 2, 3]);
  await append(owner, name, ["four"]);
  await append(owner, name, ["five", "six"]);
  const live = await followed.take(3);
  assert.deepEqual(seqsOf(live), [4, 5, 6]);
  const { body } = await history(owner, name);
  assert.deepEqual(
    [...backlog, ...live].map(({ data }) => data),
    body.messages,
  );
});

Deno.test("a backlog of many pieces is whole", async () => {
  const id = await longConversation(owner, 3000, 500);
  await using followed = await open(owner, id);
  assert.deepEqual(seqsOf(await followed.take(3000)), range(1, 3000));
});

Deno.test("parts are the text that was sent, on one line", async () => {
  const name = fresh("follow");
  const parts = '[\n{"type":"text",\r\n"b":1.0,"a":1e400,"b":"\\u00e9\\n"}]';
  await appendText(
    owner,
    `{"continuation_id":"${name}","messages":[{"role":"user","content":"a\\nb\\r\\u2028","parts":${parts}}]}`,
  );
  const gone = new AbortController();
  const response = await fetch(
    `${target.url}/functions/v1/${followPath(name)}`,
    {
      headers: { Accept: "text/event-stream", ...owner.headers },
      signal: gone.signal,
    },
  );
  let text = "";
  for await (
    const chunk of response.body!.pipeThrough(new TextDecoderStream())
  ) {
    text += chunk;
    if (/event: message\ndata: [^\n]*\n\n/.test(text)) break;
  }
  gone.abort();
  assert.ok(text.includes(`"parts":${parts.replaceAll(/[\r\n]/g, " ")},`));
});

Deno.test("a switch and a rewind without messages are told as the new head", async () => {
  const name = fresh("follow");
  const { body } = await append(owner, name, ["u1", "a1", "u2", "a2"]);
  await using followed = await open(owner, name);
  assert.deepEqual(seqsOf(await followed.take(4)), [1, 2, 3, 4]);

  await append(owner, name, [], { after_position: 2 });
  const rewound = await followed.next();
  assert.deepEqual(rewound, {
    id: "4",
    event: "head",
    data: { head_position: 2, last_seq: 4 },
  });

  await append(owner, name, ["u2'"], { after_position: 2 });
  const appended = await followed.next();
  assert.equal(appended?.data.seq, 5);
  assert.equal(appended?.data.parent_position, 2);

  await patch(body.conversation.id, { head_position: 4 });
  const switched = await followed.next();
  assert.deepEqual(switched?.data, { head_position: 4, last_seq: 5 });
});

Deno.test("a revision is a message at an earlier position, and moves no head", async () => {
  const name = fresh("follow");
  await append(owner, name, ["u1", "a1"]);
  await using followed = await open(owner, name);
  await followed.take(2);
  await append(owner, name, [{ content: "u1'", revises: 1 }]);
  await append(owner, name, ["u2"]);
  const events = await followed.take(2);
  assert.deepEqual(seqsOf(events), [3, 4]);
  assert.equal(events[0]?.data.position, 1);
});

Deno.test("a rewind and a revision in one request are told as the revision and the new head", async () => {
  const name = fresh("follow");
  await append(owner, name, ["u1", "a1", "u2"]);
  await using followed = await open(owner, name);
  await followed.take(3);
  await append(owner, name, [{ content: "a1'", revises: 2 }], {
    after_position: 2,
  });
  const [revision, head] = await followed.take(2);
  assert.equal(revision?.data.position, 2);
  assert.deepEqual(head?.data, { head_position: 2, last_seq: 4 });
});

Deno.test("who comes back where the log ends is told its head first", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two"]);
  await append(owner, name, [], { after_position: 1 });
  await using followed = await open(owner, name, { query: "after=2" });
  assert.deepEqual(await followed.next(), {
    id: "2",
    event: "head",
    data: { head_position: 1, last_seq: 2 },
  });
});

Deno.test("an erasure is told to who has the message, at once or on coming back", async () => {
  const name = fresh("follow");
  const { body } = await append(owner, name, ["one", "two", "three"]);
  const { id } = body.conversation;
  await using early = await open(owner, name);
  await early.take(3);
  await erase(id, 2);
  const told = { event: "erased", data: { seqs: [2] } };
  assert.deepEqual(await early.next(), { id: "3", ...told });

  await using late = await open(owner, name, { query: "after=2" });
  const [erased, message] = await late.take(2);
  assert.deepEqual(erased, { id: "2", ...told });
  assert.equal(message?.data.seq, 3);
  await using between = await open(owner, name, { query: "after=1" });
  const [second] = await between.take(1);
  assert.equal(second?.data.content, null);
  assert.notEqual(second?.data.erased_at, null);

  await erase(id, 3);
  await append(owner, name, ["four"]);
  const [next, fourth] = await early.take(2);
  assert.deepEqual(next?.data, { seqs: [3] });
  assert.equal(fourth?.data.seq, 4);
});

Deno.test("other changes of a conversation are no events", async () => {
  const name = fresh("follow");
  const { body } = await append(owner, name, ["one"]);
  await using followed = await open(owner, name);
  await followed.take(1);
  await patch(body.conversation.id, { title: "New", archived: true });
  await append(owner, name, ["two"]);
  assert.deepEqual(seqsOf(await followed.take(1)), [2]);
});

Deno.test("Last-Event-ID resumes, and comes before the query of the first request", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two", "three", "four"]);
  for (
    const [query, headers, first] of [
      ["after=2", {}, 3],
      ["", { "Last-Event-ID": "3" }, 4],
      ["after=1", { "Last-Event-ID": "3" }, 4],
      ["after=1", { "Last-Event-ID": "" }, 2],
    ] as const
  ) {
    await using followed = await open(owner, name, { query, headers });
    assert.deepEqual(
      seqsOf(await followed.take(5 - first)),
      range(first, 4),
    );
  }
});

Deno.test("after=now leaves out what is there", async () => {
  const name = fresh("follow");
  await append(owner, name, ["one", "two"]);
  await using followed = await open(owner, name, { query: "after=now" });
  const head = await followed.next();
  assert.equal(head?.event, "head");
  // So a client that is cut before the first message misses none.
  assert.equal(head?.id, "2");
  await append(owner, name, ["three"]);
  assert.deepEqual(seqsOf(await followed.take(1)), [3]);
});

Deno.test("a conversation is followed before it exists, by its owner's name for it", async () => {
  const name = fresh("follow");
  await using followed = await open(owner, name);
  assert.deepEqual(await followed.next(), {
    id: "0",
    event: "head",
    data: { head_position: 0, last_seq: 0 },
  });
  await append(owner, name, ["one", "two"]);
  assert.deepEqual(seqsOf(await followed.take(2)), [1, 2]);
});

Deno.test("a stranger's stream is that of a conversation that does not exist, and begins with the share", async () => {
  const { body } = await append(owner, fresh("follow"), ["secret"]);
  const { id } = body.conversation;
  const visitor = await signUp("visitor");
  await using hidden = await open(visitor, id, { query: "after=0" });
  await using missing = await open(visitor, crypto.randomUUID(), {
    query: "after=0",
  });
  assert.deepEqual(await hidden.next(), await missing.next());
  await share(id, visitor, "viewer", "invited");
  assert.deepEqual(seqsOf(await hidden.take(1)), [1]);
});

Deno.test("members follow by the id", async () => {
  const { body } = await append(owner, fresh("follow"), ["one"]);
  const { id } = body.conversation;
  await share(id, viewer, "viewer");
  await using followed = await open(viewer, id);
  await followed.take(1);
  await append(owner, id, ["two"]);
  assert.deepEqual(seqsOf(await followed.take(1)), [2]);
});

Deno.test("a stream is not to be buffered, compressed or kept", async () => {
  await using followed = await open(stranger, fresh("follow"));
  const { headers, status } = followed.response;
  assert.equal(status, 200);
  assert.equal(headers.get("Content-Type"), "text/event-stream");
  assert.equal(headers.get("Cache-Control"), "no-store, no-transform");
  assert.equal(headers.get("X-Accel-Buffering"), "no");
  assert.equal(headers.get("Content-Encoding"), null);
  assert.equal(headers.get("Access-Control-Allow-Origin"), "*");
});
