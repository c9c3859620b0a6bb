/** Random requests from a seed: the same seed makes the same requests. */
import type { Conversation, Request, Sent } from "./model.ts";

export type Random = (below: number) => number;

/** Whole numbers from 0, by mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

export interface Step {
  writer: "owner" | "editor";
  request: Request;
}

/**
 * A step that makes sense more often than not where `model` stands. Names and contents are few, so that
 * they meet; now and then an earlier request is sent again as it was.
 */
export function randomStep(
  random: Random,
  model: Conversation,
  earlier: Step[],
): Step {
  const oneIn = (n: number) => random(n) === 0;
  if (earlier.length > 0 && oneIn(5)) return earlier[random(earlier.length)]!;

  const writer = oneIn(2) ? "owner" : "editor";
  const last = model.log.length;
  const line = model.line();
  /** A live position, or now and then any. */
  const place = (from: number) =>
    line.length === 0 || oneIn(6)
      ? from + random(last + 2)
      : line[random(line.length)]!.position;

  const kind = random(20);
  if (kind < 3) {
    return { writer, request: { kind: "switch", head_position: place(0) } };
  }
  if (kind === 3) {
    return { writer, request: { kind: "erase", seq: 1 + random(last + 1) } };
  }
  if (kind < 6 && last > 0) {
    const head_position = random(last + 1);
    return { writer, request: { kind: "switch", head_position } };
  }

  const names = ["c1", "c2", "c3", "c4", "c5", "c6"];
  const messages = Array.from({ length: random(4) }, () => {
    const message: Sent = { content: "abcd".charAt(random(4)) };
    if (!oneIn(3)) {
      message.client_id = names.splice(random(names.length), 1)[0]!;
    } else if (last > 0 && oneIn(3)) {
      message.client_id = `id:${1 + random(last)}`;
    }
    if (oneIn(4)) message.revises = Math.max(1, place(1));
    return message;
  });
  const unique = new Set(messages.map(({ client_id }) => client_id ?? {}));
  if (unique.size < messages.length) messages.length = 1;
  return {
    writer,
    request: {
      kind: "append",
      messages,
      ...(oneIn(3) && { on_mismatch: "revise" as const }),
      ...(oneIn(4) && { after_position: oneIn(5) ? 0 : place(0) }),
      ...(oneIn(5) && { key: `k${random(5)}` }),
      ...(oneIn(8) && { expected_seq: oneIn(3) ? random(last + 1) : last }),
    },
  };
}
