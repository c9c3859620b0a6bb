/** Random trees in every format that has trees: each branch arrives, the one shown is shown, and growth is taken. */
import assert from "node:assert/strict";
import {
  accountOf,
  everythingOf,
  file,
  importInto,
  jsonl,
  newUser,
  paths,
  shown,
} from "./importing.ts";

interface Node {
  id: string;
  parent: string | null;
  text: string;
}

function seeded(seed: number): (below: number) => number {
  let state = seed * 7919 + 13;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 31 * below);
  };
}

/** Adds nodes anywhere. Long runs are likelier than forks, as in real conversations. */
function grown(
  nodes: Node[],
  count: number,
  random: (below: number) => number,
): Node[] {
  const all = [...nodes];
  for (let added = 0; added < count; added++) {
    const kind = random(10);
    const parent = all.length === 0 || kind === 0
      ? null
      : kind < 7
      ? all.at(-1)!
      : all[random(all.length)]!;
    const id = `n${all.length}`;
    all.push({ id, parent: parent?.id ?? null, text: `text ${id}` });
  }
  return all;
}

function pathTo(nodes: Node[], id: string | null): string[] {
  const node = nodes.find((one) => one.id === id);
  return node === undefined ? [] : [...pathTo(nodes, node.parent), node.text];
}

const time = (nodes: Node[], { id }: Node) =>
  1_760_000_000 + nodes.findIndex((node) => node.id === id);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

interface TreeFormat {
  /** The export of a tree that shows the line that ends with `last`. */
  write(nodes: Node[], last: Node): Promise<string>;
  /** Which node is shown, if the format does not say so itself. */
  shows?(nodes: Node[]): Node;
}

/** The node that the last answer to each message leads to. */
function lastOfEach(nodes: Node[]): Node {
  let at: Node | undefined;
  for (;;) {
    const next = nodes.findLast(({ parent }) => parent === (at?.id ?? null));
    if (next === undefined) return at!;
    at = next;
  }
}

const libre = (nodes: Node[], node: Node) => ({
  messageId: node.id,
  parentMessageId: node.parent ?? "00000000-0000-0000-0000-000000000000",
  text: node.text,
  isCreatedByUser: true,
  createdAt: iso(time(nodes, node)),
});

const formats: Record<string, TreeFormat> = {
  "ChatGPT": {
    write: (nodes, last) =>
      file("conversations.json", [{
        title: "T",
        mapping: Object.fromEntries([
          ["root", { id: "root", message: null, parent: null, children: [] }],
          // Behind each message a node without one, which the next message follows.
          ...nodes.flatMap((node) => [
            [node.id, {
              id: node.id,
              parent: node.parent === null ? "root" : `${node.parent}-empty`,
              message: {
                author: { role: "user" },
                content: { content_type: "text", parts: [node.text] },
                create_time: time(nodes, node),
              },
            }],
            [`${node.id}-empty`, { parent: node.id, message: null }],
          ]).reverse(),
        ]),
        current_node: last.id,
        conversation_id: "tree",
      }]),
  },
  "Claude.ai": {
    write: (nodes) =>
      file("conversations.json", [{
        uuid: "tree",
        name: "T",
        chat_messages: nodes.map((node) => ({
          uuid: node.id,
          text: node.text,
          content: [],
          sender: "human",
          created_at: iso(time(nodes, node)),
          parent_message_uuid: node.parent ??
            "00000000-0000-4000-8000-000000000000",
        })).reverse(),
      }]),
    shows: (nodes) => nodes.at(-1)!,
  },
  "Claude Code": {
    write: (nodes) =>
      file(
        "tree.jsonl",
        jsonl(nodes.map((node) => ({
          uuid: node.id,
          parentUuid: node.parent,
          sessionId: "tree",
          type: "user",
          message: { role: "user", content: node.text },
          timestamp: iso(time(nodes, node)),
        }))),
      ),
    shows: (nodes) => nodes.at(-1)!,
  },
  "LibreChat, a list": {
    write: (nodes) =>
      file("tree.json", {
        conversationId: "tree",
        title: "T",
        messages: nodes.map((node) => libre(nodes, node)),
      }),
    shows: lastOfEach,
  },
  "LibreChat, in each other": {
    write(nodes) {
      const inside = (parent: string | null): unknown[] =>
        nodes.filter((node) => node.parent === parent).map((node) => ({
          ...libre(nodes, node),
          children: inside(node.id),
        }));
      return file("tree.json", {
        conversationId: "tree",
        title: "T",
        recursive: true,
        messages: inside(null),
      });
    },
    shows: lastOfEach,
  },
  "Open WebUI": {
    write: (nodes, last) =>
      file("tree.json", [{
        id: "tree",
        title: "T",
        chat: {
          history: {
            currentId: last.id,
            messages: Object.fromEntries(
              nodes.map((node) => [node.id, {
                id: node.id,
                parentId: node.parent,
                role: "user",
                content: node.text,
                timestamp: time(nodes, node),
              }]).reverse(),
            ),
          },
        },
      }]),
  },
};

for (const [name, format] of Object.entries(formats)) {
  for (const seed of [1, 2, 3, 4, 5]) {
    Deno.test(`${name}: a random tree arrives with every branch, and grows when it is imported again (seed ${seed})`, async () => {
      const random = seeded(seed);
      const user = await newUser();
      let nodes: Node[] = [];
      for (let round = 0; round < 3; round++) {
        nodes = grown(nodes, 1 + random(25), random);
        const last = format.shows?.(nodes) ?? nodes[random(nodes.length)]!;
        const path = await format.write(nodes, last);
        const { findings } = await importInto(accountOf(user), path);
        assert.deepEqual(findings, []);
        const [stored] = [...(await everythingOf(user)).values()];
        assert.deepEqual(
          paths(stored!),
          nodes.map(({ id }) => `/${pathTo(nodes, id).join("/")}`).sort(),
        );
        assert.deepEqual(shown(stored!), pathTo(nodes, last.id));
        assert.equal(stored!.rows.length, nodes.length);
        for (const row of stored!.rows) {
          const node = nodes.find(({ text }) => text === row.content)!;
          assert.equal(
            Date.parse(row.created_at) / 1000,
            time(nodes, node),
          );
        }
      }
    });
  }
}
