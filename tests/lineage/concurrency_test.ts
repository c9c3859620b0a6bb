/** Two writers at once: what holds whichever of them comes first. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import {
  type Answer,
  append,
  type Draft,
  history,
  request,
} from "../support/http.ts";
import { type Message, send, shared } from "./conversation_under_test.ts";
import { Conversation, type Request } from "./model.ts";
import { randomStep, seeded } from "./random.ts";

const { owner, editor } = await cast();

/** Asserts what every log must be, and gives back its rows. */
async function assertWhole(id: string): Promise<Message[]> {
  const { body } = await history(owner, id, "view=log&limit=500");
  const log: Message[] = body.messages;
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
    "the log has no gap",
  );
  assert.equal(body.conversation.last_seq, log.length);
  const live = log.filter((row) => row.live)
    .sort((a, b) => a.position - b.position);
  assert.deepEqual(
    live.map((row) => row.parent_position),
    [0, ...live.map(({ position }) => position)].slice(0, live.length),
    "the live line is a path by parents, with one row a position",
  );
  assert.equal(body.conversation.head_position, live.at(-1)?.position ?? 0);
  const names = live.map((row) => row.client_id);
  assert.equal(new Set(names).size, names.length, "client_ids on the line");
  for (const row of log) {
    const made = log[row.position - 1];
    assert.equal(row.parent_position, made.parent_position, `seq ${row.seq}`);
    assert.equal(made.position, row.position, `seq ${row.seq}`);
  }
  return log;
}

/** Makes each content its own, so that a row says which request wrote it. */
function marked(sent: Request, mark: string): Request {
  if (sent.kind !== "append") return sent;
  const messages = sent.messages.map((message, index) => ({
    ...message,
    content: `${mark}/${index}`,
  }));
  return { ...sent, messages };
}

for (const seed of [1, 2, 3]) {
  Deno.test(`two writers at once lose and double nothing, and leave one line (seed ${seed})`, async () => {
    const id = await shared(owner, editor);
    const answered: { sent: Request; answer: Answer }[] = [];
    let writer = 0;
    const write = async (actor: typeof owner) => {
      const number = ++writer;
      const random = seeded(seed * 100 + number);
      // Knows its own requests only: good enough to choose places that mostly exist.
      const belief = new Conversation("owner");
      for (let count = 0; count < 20; count++) {
        const step = randomStep(random, belief, []);
        const sent = marked(step.request, `${number}/${count}`);
        belief.send("owner", sent);
        // Every request twice at once, as a client that gave up too early sends it.
        const both = await Promise.all([
          send(actor, id, sent),
          send(actor, id, sent),
        ]);
        answered.push(...both.map((answer) => ({ sent, answer })));
      }
    };
    await Promise.all([owner, owner, editor, editor].map(write));

    const log = await assertWhole(id);
    const written = new Set<number>();
    for (const { sent, answer } of answered) {
      assert.ok(answer.status < 500, `${JSON.stringify(sent)} ${answer.text}`);
      if (sent.kind !== "append" || answer.status > 201) continue;
      for (const [index, { seq }] of answer.body.messages.entries()) {
        const row = log[seq - 1];
        assert.ok(row, `seq ${seq} was acknowledged`);
        if (row.erased_at === null) {
          assert.equal(row.content, sent.messages[index]!.content);
        }
        written.add(seq);
      }
    }
    assert.equal(written.size, log.length, "every row was acknowledged");
  });
}

Deno.test("requests with one key or one client_id, sent ten times at once, are written once", async () => {
  const id = await shared(owner, editor);
  await append(owner, id, ["1", "2", "3"]);
  const requests: [Draft | string, Parameters<typeof append>[3]][] = [
    ["keyed", { headers: { "Idempotency-Key": "k" } }],
    ["keyed, rewinding", {
      after_position: 2,
      headers: { "Idempotency-Key": "r" },
    }],
    [{ content: "named", client_id: "c" }, {}],
    [{ content: "grown", client_id: "c" }, { on_mismatch: "revise" }],
    [{ content: "rewinding", client_id: "d" }, { after_position: 1 }],
    [{ content: "revising", revises: 1 }, {}],
  ];
  for (const [message, rest] of requests) {
    const answers = await Promise.all(
      Array.from(
        { length: 10 },
        (_, i) => append(i % 2 ? owner : editor, id, [message], rest),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(9).fill(200), 201]);
    const seqs = answers.map(({ body }) => body.messages[0].seq);
    assert.equal(new Set(seqs).size, 1);
  }
  assert.equal((await assertWhole(id)).length, 3 + requests.length);
});

Deno.test("a fork made while the line is switched is one line or the other, whole", async () => {
  const id = await shared(owner, editor);
  const many = Array.from({ length: 100 }, (_, i) => `long ${i}`);
  await append(owner, id, many);
  await append(owner, id, ["short"], { after_position: 1 });
  let forking = true;
  const switching = (async () => {
    for (let head = 100; forking; head = head === 100 ? 101 : 100) {
      const answer = await send(editor, id, {
        kind: "switch",
        head_position: head,
      });
      assert.equal(answer.status, 200, answer.text);
    }
  })();
  try {
    for (let round = 0; round < 40; round++) {
      const path = `conversation-history/${id}/fork`;
      const { status, body, text } = await request(owner, path, { json: {} });
      assert.equal(status, 201, text);
      const log = await assertWhole(body.id);
      const contents = log.map(({ content }) => content);
      assert.deepEqual(
        contents,
        contents.length === 2 ? ["long 0", "short"] : many,
      );
    }
  } finally {
    forking = false;
    await switching;
  }
});
