/** Puts the nodes of a conversation into the order in which they are written. */
import type { SourceMessage, SourceNode } from "./model.ts";

export interface TreeMessage {
  id: string;
  /** The message before it; null at the start. */
  parent: string | null;
  message: SourceMessage;
  /** Records of the source that are not messages and come after this one. */
  records: unknown[];
}

export interface Tree {
  /**
   * Parents before their children. At every fork the branch that is shown comes last, so that a rewind to the fork is
   * all that a writer needs, and the line that it ends with is the one that is shown.
   */
  messages: TreeMessage[];
  /** The last message of the branch that is shown; null if there are no messages. */
  shown: string | null;
  /** Records that stand before every message. */
  records: unknown[];
  /** What was wrong with the tree: ids, and what was done about it. */
  repairs: { id: string; reason: string }[];
}

/**
 * @param shown the last node of the branch that the source shows; null for the one that was added last.
 */
export function treeOf(nodes: SourceNode[], shown: string | null): Tree {
  const repairs: Tree["repairs"] = [];
  const byId = new Map<string, SourceNode>();
  for (const node of nodes) {
    let { id } = node;
    for (let copy = 2; byId.has(id); copy++) id = `${node.id}#${copy}`;
    if (id !== node.id) {
      repairs.push({
        id: node.id,
        reason: `The id is used twice; the second is kept as ${id}.`,
      });
    }
    byId.set(id, { ...node, id });
  }
  connect(byId, repairs);

  const before = messagesBefore(byId);
  const records: unknown[] = [];
  const messages = new Map<string, TreeMessage>();
  for (const { id, message } of byId.values()) {
    if (message !== null) {
      const parent = before(id);
      messages.set(id, { id, parent, message, records: [] });
    }
  }
  for (const { id, message, record } of byId.values()) {
    if (message !== null || record === undefined) continue;
    const owner = before(id);
    (owner === null ? records : messages.get(owner)!.records).push(record);
  }

  let last: string | null = null;
  if (shown !== null && byId.has(shown)) {
    last = messages.has(shown) ? shown : before(shown);
  } else {
    if (shown !== null) {
      repairs.push({
        id: shown,
        reason:
          "It should be the last message shown, but does not exist. The newest branch is shown.",
      });
    }
    last = [...messages.keys()].at(-1) ?? null;
  }
  return { messages: ordered(messages, last), shown: last, records, repairs };
}

/** Makes every parent exist and every path end at the start. */
function connect(byId: Map<string, SourceNode>, repairs: Tree["repairs"]) {
  const isAnchored = new Set<string>();
  for (const start of byId.values()) {
    const path = new Set<string>();
    for (let node: SourceNode | undefined = start; node !== undefined;) {
      if (isAnchored.has(node.id)) break;
      path.add(node.id);
      const { parent } = node;
      if (parent === null) break;
      const next = byId.get(parent);
      if (next === undefined || path.has(parent)) {
        repairs.push({
          id: node.id,
          reason: next === undefined
            ? `Its parent ${parent} does not exist; it is kept as a start of its own.`
            : `It is its own ancestor; it is kept as a start of its own.`,
        });
        node.parent = null;
        break;
      }
      node = next;
    }
    for (const id of path) isAnchored.add(id);
  }
}

/** Finds the nearest message above a node. */
function messagesBefore(
  byId: Map<string, SourceNode>,
): (id: string) => string | null {
  const known = new Map<string, string | null>();
  return (id) => {
    const passed: string[] = [];
    let found: string | null = null;
    for (let at = id;;) {
      const above = known.get(at);
      if (above !== undefined) {
        found = above;
        break;
      }
      passed.push(at);
      const parent = byId.get(at)?.parent ?? null;
      if (parent === null) break;
      if (byId.get(parent)?.message) {
        // Nodes below `at` that are not messages have the same message above them.
        found = parent;
        break;
      }
      at = parent;
    }
    for (const node of passed) known.set(node, found);
    return found;
  };
}

/** Depth first, without recursion: conversations have thousands of messages in a row. */
function ordered(
  messages: Map<string, TreeMessage>,
  last: string | null,
): TreeMessage[] {
  const isShown = new Set<string>();
  for (let at = last; at !== null; at = messages.get(at)?.parent ?? null) {
    isShown.add(at);
  }
  const children = new Map<string | null, TreeMessage[]>();
  for (const message of messages.values()) {
    const siblings = children.get(message.parent);
    if (siblings) siblings.push(message);
    else children.set(message.parent, [message]);
  }
  const stack: TreeMessage[] = [];
  const push = (parent: string | null) => {
    const siblings = children.get(parent) ?? [];
    // Taken from the end: the branch that is shown is put in first.
    stack.push(
      ...siblings.filter(({ id }) => isShown.has(id)),
      ...siblings.filter(({ id }) => !isShown.has(id)).reverse(),
    );
  };
  push(null);
  const order: TreeMessage[] = [];
  for (let next; (next = stack.pop()) !== undefined;) {
    order.push(next);
    push(next.id);
  }
  return order;
}
