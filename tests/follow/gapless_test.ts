/**
 * Many readers and writers over connections that are cut at random: each reader has every message once, in order.
 * FOLLOW_TEST_READERS sets how many readers there are.
 */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import type { Target } from "../support/target.ts";
import { cuttingProxy } from "./cutting_proxy.ts";
import { type Event, open, poll, range, seqsOf } from "./reading.ts";

const readerCount = Number(Deno.env.get("FOLLOW_TEST_READERS") ?? 20);
const writerCount = 5;
const batches = 12;

const people = await Promise.all(
  range(1, writerCount).map((number) => signUp(`person${number}`)),
) as [Actor, ...Actor[]];
const [owner, ...editors] = people;

async function sharedConversation(): Promise<string> {
  const { body } = await append(owner, fresh("follow"), ["first"]);
  const id: string = body.conversation.id;
  for (const editor of editors) await share(id, editor, "editor");
  return id;
}

/** Appends batches of different sizes, some as a new branch or a revision. */
async function write(writer: Actor, id: string): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const contents = range(0, batch % 3).map((number) =>
      `${writer.name} ${batch} ${number} ${"é".repeat(batch * 200)}`
    );
    const kind = batch % 4;
    const { status, body } = await append(
      writer,
      id,
      kind === 1 ? [{ content: contents[0], revises: 1 }] : contents,
      kind === 2 ? { after_position: 1 } : {},
    );
    assert.equal(status, 201, JSON.stringify(body));
  }
}

/** Reads until the log's end is there, coming back after each cut. */
async function readEvents(
  reader: Actor,
  id: string,
  at: Target,
  isDone: (events: Event[]) => boolean,
): Promise<Event[]> {
  const events: Event[] = [];
  while (!isDone(events)) {
    const last = events.at(-1)?.id ?? "";
    try {
      await using followed = await open(reader, id, {
        at,
        headers: { "Last-Event-ID": last },
      });
      for (
        let event = await followed.next();
        event !== null;
        event = await followed.next()
      ) {
        events.push(event);
        if (isDone(events)) break;
      }
    } catch {
      // It was cut.
    }
  }
  return events;
}

Deno.test(`${readerCount} readers and ${writerCount} writers: every sequence is complete over cuts at random`, async () => {
  const id = await sharedConversation();
  await using proxy = cuttingProxy(40_000);
  let lastSeq = Infinity;
  const readers = Array.from({ length: readerCount }, (_, index) =>
    readEvents(
      people[index % people.length]!,
      id,
      proxy.at,
      (events) => Number(events.at(-1)?.id ?? 0) >= lastSeq,
    ));
  await Promise.all(people.map((writer) => write(writer, id)));
  lastSeq = (await poll(owner, id, "after=now")).body.last_seq;

  const stored = await withSql((sql) =>
    sql<{ seq: number; content: string }[]>`
      select seq::int, content from continuum.messages where conversation_id = ${id} order by seq
    `
  );
  assert.equal(stored.length, lastSeq);
  for (const events of await Promise.all(readers)) {
    assert.deepEqual(seqsOf(events), range(1, lastSeq));
    assert.deepEqual(
      events.filter(({ event }) => event === "message").map(({ data }) =>
        data.content
      ),
      stored.map(({ content }) => content),
    );
  }
  assert.ok(proxy.cuts() > readerCount, `${proxy.cuts()} cuts`);
});

Deno.test("who polls while five write misses nothing either", async () => {
  const id = await sharedConversation();
  let isWritten = false;
  const writing = Promise.all(people.map((writer) => write(writer, id)))
    .then(() => isWritten = true);
  const seqs: number[] = [];
  for (let isDone = false; !isDone;) {
    const wasWritten = isWritten;
    const query = `after=${seqs.at(-1) ?? 0}&wait=1`;
    const { body } = await poll(owner, id, query);
    seqs.push(...body.messages.map(({ seq }: { seq: number }) => seq));
    isDone = wasWritten && body.up_to_date;
  }
  await writing;
  const { body } = await poll(owner, id, "after=now");
  assert.deepEqual(seqs, range(1, body.last_seq));
});
