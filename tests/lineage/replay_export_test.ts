/** An export, replayed, makes the same log and the same line. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { type Message, send, shared } from "./conversation_under_test.ts";
import { Conversation } from "./model.ts";
import { randomStep, seeded, type Step } from "./random.ts";

const { owner, editor } = await cast();

/** A conversation with a random history; its id. */
async function lived(seed: number): Promise<string> {
  const id = await shared(owner, editor);
  const random = seeded(seed);
  const model = new Conversation("owner");
  const ids: string[] = [];
  for (const steps: Step[] = []; steps.length < 25;) {
    const step = randomStep(random, model, steps);
    steps.push(step);
    model.send(step.writer, step.request);
    const actor = step.writer === "owner" ? owner : editor;
    const answer = await send(
      actor,
      id,
      step.request,
      (seq) => ids[seq - 1] ?? `unknown ${seq}`,
    );
    assert.ok(answer.status < 500, answer.text);
    for (const row of answer.body.messages ?? []) ids[row.seq - 1] = row.id;
  }
  return id;
}

/** The rows of an export in runs that one append each can make: each row but the first follows the last. */
function runsOf(rows: Message[]): Message[][] {
  const runs: Message[][] = [];
  for (const row of rows) {
    const last = runs.at(-1)?.at(-1);
    const follows = row.position === row.seq && last?.position === last?.seq &&
      row.parent_position === last?.seq;
    if (follows) runs.at(-1)!.push(row);
    else runs.push([row]);
  }
  return runs;
}

/** Makes what an export tells of in a conversation of the owner's; its id. */
async function replay(text: string): Promise<string> {
  const [conversation, ...lines] = text.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  const rows: Message[] = lines.filter(({ type }) => type === "message");
  const { body } = await append(owner, fresh("replay"), []);
  const id: string = body.conversation.id;
  for (const run of runsOf(rows)) {
    const { seq, position, parent_position } = run[0];
    const isRevision = position !== seq;
    const switched = await send(owner, id, {
      kind: "switch",
      head_position: isRevision ? position : parent_position,
    });
    assert.equal(switched.status, 200, switched.text);
    const answer = await append(
      owner,
      id,
      run.map((row) => ({
        role: row.role,
        content: row.content ?? `erased ${row.seq}`,
        client_id: row.client_id,
        ...(isRevision && { revises: position }),
      })),
      isRevision
        ? {}
        : { after_position: parent_position, on_mismatch: "revise" },
    );
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(
      answer.body.messages.map(({ seq }: Message) => seq),
      run.map(({ seq }) => seq),
    );
  }
  for (const { seq, erased_at } of rows) {
    if (erased_at !== null) await send(owner, id, { kind: "erase", seq });
  }
  const { head_position } = conversation;
  await send(owner, id, { kind: "switch", head_position });
  return id;
}

/** What a replay can repeat. */
async function lineage(id: string) {
  const { body } = await history(owner, id, "view=log&limit=500");
  return {
    head: body.conversation.head_position,
    log: body.messages.map((row: Message) => [
      row.seq,
      row.position,
      row.parent_position,
      row.live,
      row.role,
      row.content,
      row.client_id,
      row.erased_at !== null,
    ]),
  };
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`an export of a random history, replayed, makes the same lineage (seed ${seed})`, async () => {
    const id = await lived(seed);
    const { status, text } = await request(
      owner,
      `conversation-history/${id}/export`,
    );
    assert.equal(status, 200, text);
    assert.deepEqual(await lineage(await replay(text)), await lineage(id));
  });
}
