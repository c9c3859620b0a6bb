/** Trees that are broken: nothing is lost, and what was done is said. */
import assert from "node:assert/strict";
import type { SourceNode } from "../../client/cli/import/model.ts";
import { treeOf } from "../../client/cli/import/tree.ts";

const node = (
  id: string,
  parent: string | null,
  rest: Partial<SourceNode> = {},
): SourceNode => ({
  id,
  parent,
  message: { role: "user", content: id },
  ...rest,
});

const order = ({ messages }: ReturnType<typeof treeOf>) =>
  messages.map(({ id, parent }) => `${parent ?? ""}>${id}`);

Deno.test("at a fork the branch that is shown comes last", () => {
  const nodes = [
    node("a", null),
    node("b", "a"),
    node("c", "a"),
    node("d", "b"),
    node("e", "a"),
  ];
  assert.deepEqual(order(treeOf(nodes, "d")), [
    ">a",
    "a>c",
    "a>e",
    "a>b",
    "b>d",
  ]);
});

Deno.test("a parent that does not exist, a circle and an id that is used twice lose no message", () => {
  const tree = treeOf([
    node("a", "nowhere"),
    node("b", "c"),
    node("c", "b"),
    node("d", "d"),
    node("e", "a"),
    node("e", "a"),
  ], "missing");
  assert.deepEqual(
    tree.messages.map(({ id }) => id).sort(),
    ["a", "b", "c", "d", "e", "e#2"],
  );
  assert.deepEqual(
    tree.repairs.map(({ id }) => id).sort(),
    ["a", "c", "d", "e", "missing"],
  );
  assert.equal(tree.shown, "e#2");
});

Deno.test("records that are no messages stand with the message before them", () => {
  const none = { message: null };
  const tree = treeOf([
    node("start", null, { ...none, record: 0 }),
    node("a", "start"),
    node("x", "a", { ...none, record: 1 }),
    node("y", "x", { ...none, record: 2 }),
    node("b", "y"),
  ], "y");
  assert.deepEqual(tree.records, [0]);
  assert.deepEqual(
    tree.messages.map(({ id, records }) => [id, records]),
    [["a", [1, 2]], ["b", []]],
  );
  assert.equal(tree.shown, "a");
});

Deno.test("a conversation of a hundred thousand messages in a row is put in order", () => {
  const nodes = Array.from(
    { length: 100_000 },
    (_, index) => node(`${index}`, index === 0 ? null : `${index - 1}`),
  ).reverse();
  const { messages } = treeOf(nodes, "99999");
  assert.equal(messages.length, 100_000);
  assert.equal(messages.at(-1)?.id, "99999");
});
