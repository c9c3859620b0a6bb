/** Lines through a log: rewinds, revisions and switches, and what is read of them. */
import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import {
  type Answer,
  append,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { withSql } from "../support/sql.ts";
import { type Message, send } from "./conversation_under_test.ts";

const { owner } = await cast();

/** A conversation of `contents`; its id. */
async function begun(...contents: string[]): Promise<string> {
  const { status, body, text } = await append(owner, fresh("line"), contents);
  assert.equal(status, 201, text);
  return body.conversation.id;
}

function switchTo(id: string, head_position: number): Promise<Answer> {
  return send(owner, id, { kind: "switch", head_position });
}

/** A row as the contract's example writes it: `6@2` is seq 6 at position 2. */
function notation({ seq, position, content }: Message): string {
  return `${seq === position ? seq : `${seq}@${position}`} ${content}`;
}

async function line(id: string): Promise<string[]> {
  return (await history(owner, id)).body.messages.map(notation);
}

async function log(id: string): Promise<string[]> {
  const { body } = await history(owner, id, "view=log");
  return body.messages.map((row: Message) =>
    `${notation(row)} after ${row.parent_position}${row.live ? "" : ", left"}`
  );
}

Deno.test("the contract's example reads as it says, row by row", async () => {
  const id = await begun("u1", "a1", "u2", "a2");
  assert.deepEqual(await line(id), ["1 u1", "2 a1", "3 u2", "4 a2"]);

  await append(owner, id, ["a2'"], { after_position: 3 });
  assert.deepEqual(await line(id), ["1 u1", "2 a1", "3 u2", "5 a2'"]);

  await append(owner, id, [{ content: "a1'", revises: 2 }]);
  assert.deepEqual(await line(id), ["1 u1", "6@2 a1'", "3 u2", "5 a2'"]);
  const rows = [
    "1 u1 after 0",
    "2 a1 after 1, left",
    "3 u2 after 2",
    "4 a2 after 3, left",
    "5 a2' after 3",
    "6@2 a1' after 1",
  ];
  assert.deepEqual(await log(id), rows);

  const switched = await switchTo(id, 4);
  assert.equal(switched.body.head_position, 4);
  assert.deepEqual(await line(id), ["1 u1", "6@2 a1'", "3 u2", "4 a2"]);

  const rewound = await append(owner, id, [], { after_position: 1 });
  assert.equal(rewound.status, 201);
  assert.equal(rewound.body.conversation.head_position, 1);
  assert.deepEqual(await line(id), ["1 u1"]);

  await switchTo(id, 5);
  assert.deepEqual(await line(id), ["1 u1", "6@2 a1'", "3 u2", "5 a2'"]);
  assert.deepEqual(await log(id), rows);
});

const places: [string, (id: string) => Promise<Answer>][] = [
  [
    "a rewind to a position that was left",
    (id) => append(owner, id, ["x"], { after_position: 2 }),
  ],
  [
    "a rewind past the end",
    (id) => append(owner, id, ["x"], { after_position: 9 }),
  ],
  [
    "a rewind to the seq of a revision",
    (id) => append(owner, id, ["x"], { after_position: 4 }),
  ],
  [
    "a rewind without messages to a position that was left",
    (id) => append(owner, id, [], { after_position: 2 }),
  ],
  [
    "a revision of a position that was left",
    (id) => append(owner, id, [{ content: "x", revises: 2 }]),
  ],
  [
    "a revision of a position that the request rewinds past",
    (id) =>
      append(owner, id, [{ content: "x", revises: 3 }], { after_position: 1 }),
  ],
  [
    "a revision of the seq of a revision",
    (id) => append(owner, id, [{ content: "x", revises: 4 }]),
  ],
  [
    "a revision of what the same request appends",
    (id) => append(owner, id, ["x", { content: "y", revises: 5 }]),
  ],
  [
    "a revision of nothing after messages and a rewind",
    (id) =>
      append(owner, id, ["x", { content: "y", revises: 9 }], {
        after_position: 1,
      }),
  ],
  ["a switch past the end", (id) => switchTo(id, 9)],
  ["a switch to the seq of a revision", (id) => switchTo(id, 4)],
];
for (const [name, send] of places) {
  Deno.test(`${name} is 409 with the head_position, and changes nothing`, async () => {
    const id = await begun("1", "2");
    await append(owner, id, ["3"], { after_position: 1 });
    await append(owner, id, [{ content: "4", revises: 1 }]);
    const before = await history(owner, id, "view=log");
    const answer = await send(id);
    assertProblem(answer, 409, "position_conflict");
    assert.equal(answer.body.head_position, 3);
    assert.equal((await history(owner, id, "view=log")).text, before.text);
  });
}

Deno.test("expected_seq is looked at before any position", async () => {
  const id = await begun("1", "2");
  const bad: [Message[], object][] = [
    [["x"], { after_position: 9 }],
    [[{ content: "x", revises: 9 }], {}],
    [[{ content: "x", revises: 2 }], { after_position: 1 }],
  ];
  for (const [messages, rest] of bad) {
    const answer = await append(owner, id, messages, {
      ...rest,
      expected_seq: 7,
    });
    assertProblem(answer, 409, "seq_conflict");
    assert.equal(answer.body.last_seq, 2);
  }
});

Deno.test("a first request that rewinds or revises what is not there makes no conversation", async () => {
  for (const rest of [{ after_position: 1 }, {}]) {
    const name = fresh("none");
    const messages = [{
      content: "x",
      ...("after_position" in rest ? {} : { revises: 1 }),
    }];
    assertProblem(
      await append(owner, name, messages, rest),
      409,
      "position_conflict",
    );
    assert.equal((await history(owner, name)).body.conversation, null);
  }
});

Deno.test("a client_id cannot come to stand twice on the line that a switch makes", async () => {
  const id = await begun("1", "2");
  await append(owner, id, [{ content: "3", client_id: "c" }]);
  for (
    const [left, request] of [
      [0, { after_position: 2 }],
      [2, {}],
    ] as const
  ) {
    // Left by an earlier request, or by the one that revises.
    if (left > 0) await append(owner, id, [], { after_position: left });
    const revision = [{ content: "2'", client_id: "c", revises: 2 }];
    const answer = await append(owner, id, revision, request);
    assertProblem(answer, 422, "idempotency_mismatch");
    assert.equal(answer.body.index, 0);
  }
  const { status, text } = await switchTo(id, 3);
  assert.equal(status, 200, text);
  assert.deepEqual(await line(id), ["1 1", "2 2", "3 3"]);
});

Deno.test("a regenerated message may keep its client_id and be revised by its position", async () => {
  const id = await begun("u1");
  await append(owner, id, [{ content: "a1", client_id: "a" }]);
  await append(owner, id, [{ content: "a1'", client_id: "a" }], {
    after_position: 1,
  });
  const grown = [{ content: "a1' grown", client_id: "a", revises: 3 }];
  const { status, text } = await append(owner, id, grown);
  assert.equal(status, 201, text);
  assert.deepEqual(await line(id), ["1 u1", "4@3 a1' grown"]);
  await switchTo(id, 2);
  assert.deepEqual(await line(id), ["1 u1", "2 a1"]);
  await switchTo(id, 3);
  assert.deepEqual(await line(id), ["1 u1", "4@3 a1' grown"]);
});

Deno.test("a fork is the line as it reads, with seqs and positions from 1 and its client_ids", async () => {
  const id = await begun("u1", "a1", "u2", "a2");
  await append(owner, id, [{ content: "a2'", client_id: "second" }], {
    after_position: 3,
  });
  await append(owner, id, [{ content: "a1'", client_id: "first", revises: 2 }]);
  const forked = await request(owner, `conversation-history/${id}/fork`, {
    json: {},
  });
  assert.equal(forked.status, 201, forked.text);
  assert.equal(forked.body.head_position, 4);
  assert.equal(forked.body.last_seq, 4);
  const copy = forked.body.id;
  assert.deepEqual(await log(copy), [
    "1 u1 after 0",
    "2 a1' after 1",
    "3 u2 after 2",
    "4 a2' after 3",
  ]);
  const retry = await append(owner, copy, [
    { content: "a1'", client_id: "first" },
    { content: "a2'", client_id: "second" },
    "u3",
  ]);
  assert.deepEqual(
    retry.body.messages.map(({ seq }: Message) => seq),
    [2, 4, 5],
  );

  const part = await request(owner, `conversation-history/${id}/fork`, {
    json: { through_position: 2 },
  });
  assert.deepEqual(await line(part.body.id), ["1 u1", "2 a1'"]);
  const left = await request(owner, `conversation-history/${id}/fork`, {
    json: { through_position: 4 },
  });
  assert.equal(left.status, 422, left.text);
});

Deno.test("in a fork a tool's result still finds its call, wherever the two now stand", async () => {
  const id = await begun("u1", "left");
  const call = (revision: string) => ({
    role: "assistant",
    content: revision,
    parts: [{ type: "tool-call", toolCallId: "call_1", toolName: "f" }],
  });
  await append(owner, id, [call("calls")], { after_position: 1 });
  const result = { type: "tool-result", toolCallId: "call_1" };
  await append(owner, id, [
    "meanwhile",
    { role: "tool", content: "", parts: [result] },
    { ...call("calls, revised"), revises: 3 },
  ]);
  assert.deepEqual(await line(id), [
    "1 u1",
    "6@3 calls, revised",
    "4 meanwhile",
    "5 ",
  ]);
  const fork = await request(owner, `conversation-history/${id}/fork`, {
    json: {},
  });
  const calls = await withSql((sql) =>
    sql`
      select conversation_id = ${id} as source, position::int, call_position::int
      from continuum.messages
      where conversation_id in (${id}, ${fork.body.id}) and call_position is not null
      order by 1 desc
    `
  );
  assert.deepEqual(calls.map((row) => ({ ...row })), [
    { source: true, position: 5, call_position: 3 },
    { source: false, position: 4, call_position: 2 },
  ]);
});

/** Follows the `rel` links of a query to their end; the rows of each page. */
async function follow(id: string, query: string, rel: "prev" | "next") {
  const pages: string[][] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const { body, headers, status, text } = await history(owner, id, next);
    assert.equal(status, 200, text);
    pages.push(body.messages.map(({ seq }: Message) => String(seq)));
    const link = headers.get("Link") ?? "";
    next = new RegExp(`<\\?([^>]+)>; rel="${rel}"`).exec(link)?.[1];
    assert.equal(body.has_more, next !== undefined);
    assert.ok(pages.length < 20);
  }
  return pages;
}

Deno.test("links lead through a line with gaps, and through the whole log, in both directions", async () => {
  const id = await begun("1", "2", "3", "4", "5");
  await append(owner, id, ["6", "7", "8"], { after_position: 2 });
  await append(owner, id, [{ content: "9", revises: 6 }]);
  // The line is 1 2 9@6 7 8.
  assert.deepEqual(await follow(id, "after=0&limit=2", "next"), [
    ["1", "2"],
    ["9", "7"],
    ["8"],
  ]);
  assert.deepEqual(await follow(id, "limit=2", "prev"), [
    ["7", "8"],
    ["2", "9"],
    ["1"],
  ]);
  // From a place in the gap.
  assert.deepEqual(await follow(id, "after=4&limit=2", "next"), [
    ["9", "7"],
    ["8"],
  ]);
  assert.deepEqual(await follow(id, "before=5&limit=1", "prev"), [
    ["2"],
    ["1"],
  ]);
  assert.deepEqual(await follow(id, "view=log&after=0&limit=4", "next"), [
    ["1", "2", "3", "4"],
    ["5", "6", "7", "8"],
    ["9"],
  ]);
  assert.deepEqual(await follow(id, "view=log&limit=4", "prev"), [
    ["6", "7", "8", "9"],
    ["2", "3", "4", "5"],
    ["1"],
  ]);
});

Deno.test("an ETag from before a rewind, a revision or a switch no longer matches", async () => {
  const id = await begun("1", "2", "3");
  const changes: (() => Promise<Answer>)[] = [
    () => append(owner, id, [], { after_position: 2 }),
    () => append(owner, id, [{ content: "2'", revises: 2 }]),
    () => switchTo(id, 3),
    () => send(owner, id, { kind: "erase", seq: 1 }),
  ];
  for (const change of changes) {
    const before = await history(owner, id);
    const tag = before.headers.get("ETag")!;
    const changed = await change();
    assert.ok(changed.status < 300, changed.text);

    const stale = await request(owner, `conversation-history/${id}`, {
      method: "PATCH",
      headers: { "If-Match": tag },
      json: { head_position: 0 },
    });
    assertProblem(stale, 412, "precondition_failed");
    const read = await request(owner, `conversation-history/${id}`, {
      headers: { "If-None-Match": tag },
    });
    assert.equal(read.status, 200);
    assert.notEqual(read.headers.get("ETag"), tag);
  }
  const tag = (await history(owner, id)).headers.get("ETag")!;
  const current = await request(owner, `conversation-history/${id}`, {
    method: "PATCH",
    headers: { "If-Match": tag },
    json: { head_position: 1 },
  });
  assert.equal(current.status, 200, current.text);
});
