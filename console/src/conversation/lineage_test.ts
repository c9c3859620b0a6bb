import assert from "node:assert/strict";
import type { Message } from "../../../client/src/index.ts";
import { hasMoreThanLine, lineAfter, Lineage } from "./lineage.ts";

/** A row of a log. */
function row(
  seq: number,
  parent: number,
  position = seq,
  live = true,
): Message {
  return {
    id: `${seq}`,
    seq,
    position,
    parent_position: parent,
    live,
    role: "user",
    content: `${seq}`,
    parts: null,
    metadata: {},
    token_count: 1,
    client_id: `${seq}`,
    author_id: null,
    file_ids: [],
    erased_at: null,
    created_at: "2026-01-01T00:00:00Z",
  };
}

const seqs = (line: Message[]) => line.map(({ seq }) => seq);

Deno.test("rows are applied to the live line as they come: appended, revised, after a rewind, or not at all", () => {
  let line: Message[] = [];
  for (const next of [row(1, 0), row(2, 1), row(3, 2)]) {
    line = lineAfter(line, next);
  }
  assert.deepEqual(seqs(line), [1, 2, 3]);
  assert.ok(!hasMoreThanLine(line, 3));
  assert.deepEqual(seqs(lineAfter(line, row(4, 0, 1))), [4, 2, 3]);
  assert.deepEqual(seqs(lineAfter(line, row(4, 1))), [1, 4]);
  assert.deepEqual(seqs(lineAfter(line, row(4, 0))), [4]);
  assert.deepEqual(seqs(lineAfter(line, row(4, 1, 4, false))), [1, 2, 3]);
  // Only the end of the line is known.
  assert.deepEqual(seqs(lineAfter(line.slice(2), row(4, 1))), [4]);
});

Deno.test("a log tells which branches begin at a place, where each ends, and the versions of a message", () => {
  //  1 ─ 2 ─ 3
  //   └─ 4 ─ 5 ─ 7
  //       └─ 6       8 revises 4
  const log = [
    row(1, 0),
    row(2, 1),
    row(3, 2),
    row(4, 1),
    row(5, 4),
    row(6, 4),
    row(7, 5),
    row(8, 1, 4),
  ];
  const lineage = new Lineage(log.toReversed());
  assert.deepEqual(lineage.siblings(4), [2, 4]);
  assert.deepEqual(lineage.siblings(5), [5, 6]);
  assert.deepEqual(lineage.siblings(1), [1]);
  assert.equal(lineage.endOf(2), 3);
  assert.equal(lineage.endOf(4), 7);
  assert.equal(lineage.endOf(6), 6);
  assert.deepEqual(seqs(lineage.versions(4)), [4, 8]);
  assert.deepEqual(lineage.after(1), [2, 4]);
  assert.deepEqual(lineage.after(7), []);
  assert.ok(hasMoreThanLine([row(1, 0), row(4, 1)], 8));
  assert.ok(hasMoreThanLine([row(8, 1, 4)], 8));
});
