/** The check of a history, on histories that are made up: each breaks one guarantee, and no other. */
import assert from "node:assert/strict";
import { check } from "../../prove/conversations/check.ts";
import {
  History,
  type Observation,
  type Write,
} from "../../prove/conversations/history.ts";
import type { Stored, StoredRow } from "../../prove/conversations/stored.ts";
import { Report } from "../../prove/report.ts";

const ID = "c";
const NAME = "conversation";

function row(
  seq: number,
  content: string | null,
  rest: Partial<StoredRow> = {},
): StoredRow {
  return {
    seq,
    id: `row ${seq}`,
    content,
    position: seq,
    parent: seq - 1,
    live: true,
    isErased: content === null,
    ...rest,
  };
}

function storedOf(
  rows: StoredRow[],
  rest: Partial<Stored["conversations"][number]> = {},
): Stored {
  return {
    conversations: [{
      id: ID,
      owner: "owner",
      name: NAME,
      title: "",
      lastSeq: rows.at(-1)?.seq ?? 0,
      head: rows.filter(({ live }) => live).at(-1)?.position ?? 0,
      sizeBytes: 0,
      rowBytes: 0,
      rows,
      keys: new Map(),
      ...rest,
    }],
    wrongUsage: [],
  };
}

let number = 0;

/** A batch that was told its rows, sent from `startedAt` to `endedAt`. */
function told(
  rows: StoredRow[],
  startedAt: number,
  endedAt: number,
  rest: Partial<Write> = {},
): Write {
  return {
    number: number++,
    client: "client",
    kind: "append",
    name: NAME,
    texts: rows.map(({ content }) => content ?? ""),
    repeats: [],
    isSafe: true,
    startedAt,
    endedAt,
    outcome: "done",
    told: [{
      conversation: ID,
      seqs: rows.map(({ seq }) => seq),
      ids: rows.map(({ id }) => id),
      replayed: false,
      endedAt,
    }],
    ...rest,
  };
}

function observed(rest: Partial<Observation>): Observation {
  return {
    what: "line",
    client: "reader",
    lastSeq: 0,
    head: 0,
    version: null,
    startedAt: 100,
    endedAt: 110,
    seqs: [],
    ...rest,
  };
}

/** The kinds of anomalies that a check finds. */
function kinds(
  stored: Stored,
  writes: Write[],
  observations: Observation[] = [],
): string[] {
  const history = new History(new Report());
  history.writes.push(...writes);
  for (const observation of observations) {
    history.observe(ID, NAME, observation);
  }
  return [...new Set([...check(history, stored)].map(({ kind }) => kind))];
}

const one = row(1, "one");
const two = row(2, "two");
const both = [told([one], 0, 10), told([two], 20, 30)];

Deno.test("a history in which all is well has no anomaly", () => {
  const page = { limit: 10, hasMore: false };
  const seen = observed({ lastSeq: 2, head: 2, seqs: [1, 2], page });
  assert.deepEqual(kinds(storedOf([one, two]), both, [seen]), []);
});

Deno.test("an acknowledged message that is not stored is lost", () => {
  assert.deepEqual(kinds(storedOf([one]), both), ["lost"]);
});

Deno.test("a message that is stored twice is doubled", () => {
  const again = row(3, "two");
  assert.ok(kinds(storedOf([one, two, again]), both).includes("doubled"));
});

Deno.test("a refused message that is stored is found", () => {
  const refused = told([two], 20, 30, { outcome: "refused", told: [] });
  assert.deepEqual(kinds(storedOf([one, two]), [both[0]!, refused]), [
    "refused but stored",
  ]);
});

Deno.test("a message of unknown outcome may be stored or not, but whole", () => {
  const rows = [row(2, "a"), row(3, "b")];
  const unknown = told(rows, 20, 30, { outcome: "unknown", told: [] });
  const writes = [both[0]!, unknown];
  assert.deepEqual(kinds(storedOf([one]), writes), []);
  assert.deepEqual(kinds(storedOf([one, ...rows]), writes), []);
  assert.deepEqual(kinds(storedOf([one, rows[0]!]), writes), ["torn"]);
});

Deno.test("a message that began after another was told and stands before it is reordered", () => {
  const writes = [told([two], 0, 10), told([one], 20, 30)];
  assert.deepEqual(kinds(storedOf([one, two]), writes), ["reordered"]);
  const atOnce = [told([two], 0, 25), told([one], 20, 30)];
  assert.deepEqual(kinds(storedOf([one, two]), atOnce), []);
});

Deno.test("a log with a hole has a gap", () => {
  const three = row(3, "two", { parent: 1 });
  assert.ok(kinds(storedOf([one, three]), [both[0]!]).includes("gap"));
});

Deno.test("a row of nobody is from nowhere", () => {
  assert.deepEqual(kinds(storedOf([one, two]), [both[0]!]), ["from nowhere"]);
});

Deno.test("a page that is not of the line at its moment is found", () => {
  const page = { limit: 10, hasMore: false };
  for (const seqs of [[1], [2], [2, 1], [1, 2, 2]]) {
    const seen = observed({ lastSeq: 2, head: 2, seqs, page });
    assert.deepEqual(
      kinds(storedOf([one, two]), both, [seen]),
      ["line"],
      String(seqs),
    );
  }
  const more = observed({
    lastSeq: 2,
    head: 2,
    seqs: [2],
    page: { limit: 1, hasMore: true },
  });
  assert.deepEqual(kinds(storedOf([one, two]), both, [more]), []);
});

Deno.test("a revision that is not shown after it was told, and a line that is not the live one, are found", () => {
  const revised = row(3, "three", { position: 1, parent: 0 });
  const stored = storedOf([{ ...one, live: false }, two, revised], { head: 2 });
  const writes = [...both, told([revised], 40, 50, { revises: 1 })];
  const page = { limit: 10, hasMore: false };
  const seen = (seqs: number[]) =>
    observed({ lastSeq: 3, head: 2, seqs, page });
  assert.deepEqual(kinds(stored, writes, [seen([3, 2])]), []);
  assert.deepEqual(kinds(stored, writes, [seen([1, 2])]), ["line"]);
  const isLeft = storedOf([one, two, revised], { head: 2 });
  assert.deepEqual(kinds(isLeft, writes), ["line"]);
});

Deno.test("an end of the line that nobody asked for is found", () => {
  const seen = observed({ what: "change", lastSeq: 2, head: 1 });
  assert.deepEqual(kinds(storedOf([one, two]), both, [seen]), ["head"]);
});

Deno.test("an answer that is older than what was told before is stale", () => {
  const newer = observed({
    what: "change",
    lastSeq: 2,
    head: 2,
    version: 2,
    startedAt: 50,
    endedAt: 60,
  });
  const older = observed({
    what: "change",
    lastSeq: 1,
    head: 1,
    version: 1,
    startedAt: 70,
    endedAt: 80,
  });
  assert.deepEqual(kinds(storedOf([one, two]), both, [newer, older]), [
    "stale",
  ]);
  const meanwhile = { ...older, startedAt: 55 };
  assert.deepEqual(kinds(storedOf([one, two]), both, [newer, meanwhile]), []);
});

Deno.test("a retry that is answered with other rows, or is carried out again, is found", () => {
  const [first] = told([one], 0, 10).told;
  const again = { ...first!, endedAt: 20 };
  const retried = (answer: typeof again) =>
    told([one], 0, 20, { told: [first!, answer] });
  const stored = storedOf([one, two]);
  const rest = both[1]!;
  assert.deepEqual(
    kinds(stored, [retried({ ...again, replayed: true }), rest]),
    [],
  );
  assert.deepEqual(kinds(stored, [retried(again), rest]), ["not replayed"]);
  const other = { ...again, replayed: true, ids: ["row 2"], seqs: [2] };
  assert.deepEqual(kinds(stored, [retried(other), rest]), ["another answer"]);
});

Deno.test("a message that is erased without anybody asking is lost", () => {
  const history = new History(new Report());
  history.see(ID, NAME, [one], "log", 0);
  history.writes.push(...both);
  const stored = storedOf([row(1, null), two]);
  const found = [...check(history, stored)].map(({ kind }) => kind);
  assert.deepEqual(found, ["lost"]);
  history.of(ID, NAME).erasures.push({ seq: 1, startedAt: 0, doneAt: 5 });
  assert.deepEqual([...check(history, stored)], []);
});

Deno.test("a follower that was not sent all is found", () => {
  const history = new History(new Report());
  history.writes.push(...both);
  history.followers.push({ follower: "f", conversation: ID, seq: 1, owed: 2 });
  const found = [...check(history, storedOf([one, two]))];
  assert.deepEqual(found.map(({ kind }) => kind), ["unheard"]);
});
