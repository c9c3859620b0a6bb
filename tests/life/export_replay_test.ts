/** An export is enough to make the same conversation again, its branches and revisions included. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";

const owner = await signUp("owner");

interface Row {
  type: string;
  seq: number;
  position: number;
  parent_position: number;
  live: boolean;
  role: string;
  content: string | null;
  parts: unknown;
  metadata: unknown;
  token_count: number;
  client_id: string;
  created_at: string;
}

async function switchTo(name: string, head_position: number): Promise<void> {
  const { status, text } = await request(
    owner,
    `conversation-history/${encodeURIComponent(name)}`,
    { method: "PATCH", json: { head_position } },
  );
  assert.equal(status, 200, text);
}

async function exported(name: string) {
  const { text } = await request(owner, `conversation-history/${name}/export`);
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  return {
    conversation: lines[0],
    rows: lines.filter(({ type }) => type === "message") as Row[],
  };
}

/** Sends each row as the request that writes it: the one thing that an importer needs to know. */
async function replay(name: string): Promise<string> {
  const { conversation, rows } = await exported(name);
  const copy = fresh("replayed");
  /** Positions that are live, in order. */
  let line: number[] = [];
  for (const row of rows) {
    const {
      role,
      content,
      parts,
      metadata,
      token_count,
      client_id,
      created_at,
    } = row;
    const message = {
      role,
      content: content ?? undefined,
      parts,
      metadata,
      token_count,
      client_id,
      created_at,
    };
    const isNew = row.position === row.seq;
    const place = isNew ? row.parent_position : row.position;
    if (place > 0 && !line.includes(place)) {
      await switchTo(copy, place);
      line = await positions(copy);
    }
    const rewinds = isNew && place !== (line.at(-1) ?? 0);
    const answer = await append(
      owner,
      copy,
      [{ ...message, ...(!isNew && { revises: row.position }) }],
      rewinds ? { after_position: place } : {},
    );
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.messages[0].seq, row.seq);
    if (isNew) line = [...line.filter((at) => at <= place), row.seq];
  }
  if (conversation.head_position !== (line.at(-1) ?? 0)) {
    await switchTo(copy, conversation.head_position);
  }
  return copy;
}

async function positions(name: string): Promise<number[]> {
  const { body } = await history(owner, name, "limit=500");
  return body.messages.map(({ position }: Row) => position);
}

const withoutId = (rows: Row[]) =>
  rows.map((row) => ({ ...row, id: undefined }));

async function assertSame(name: string): Promise<void> {
  const copy = await replay(name);
  const [source, made] = [await exported(name), await exported(copy)];
  assert.deepEqual(withoutId(made.rows), withoutId(source.rows));
  assert.equal(
    made.conversation.head_position,
    source.conversation.head_position,
  );
}

Deno.test("a replayed export has the same rows, positions, parents and live line", async () => {
  const name = fresh("lineage");
  const say = (role: string, content: string, rest = {}) => ({
    role,
    content,
    ...rest,
  });
  await append(owner, name, [
    say("user", "u1", { metadata: { n: 1 }, client_id: "u1" }),
    say("assistant", "", { parts: [{ type: "text", text: "a1" }] }),
    say("user", "u2"),
    say("assistant", "a2"),
  ]);
  await append(owner, name, [say("assistant", "a2 again")], {
    after_position: 3,
  });
  await append(owner, name, [
    say("assistant", "a1 reworded", { revises: 2 }),
  ]);
  await switchTo(name, 4);
  await append(owner, name, [], { after_position: 1 });
  await switchTo(name, 5);
  await assertSame(name);
});

for (const seed of [1, 2, 3]) {
  Deno.test(`so has that of a conversation that was edited at random: ${seed}`, async () => {
    const name = fresh("random");
    let state = seed * 7919;
    const random = (below: number) => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return Math.floor(state / 2 ** 31 * below);
    };
    await append(owner, name, ["1", "2", "3"]);
    for (let step = 0; step < 25; step++) {
      const line = await positions(name);
      const some = line[random(line.length)];
      const kind = random(4);
      if (kind === 0 || some === undefined) {
        await append(owner, name, [`append ${step}`]);
      } else if (kind === 1) {
        await append(owner, name, [`rewind ${step}`], {
          after_position: some,
        });
      } else if (kind === 2) {
        await append(owner, name, [{
          content: `revise ${step}`,
          revises: some,
        }]);
      } else {
        const { body } = await history(owner, name, "view=log&limit=500");
        const rows: Row[] = body.messages;
        await switchTo(name, rows[random(rows.length)]!.position);
      }
    }
    await assertSame(name);
  });
}
