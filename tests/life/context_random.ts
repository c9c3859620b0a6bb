/** Random conversations with tool calls, the same for the same seed. */
import type { Draft } from "../support/http.ts";
import type { Limits, Said } from "./context_oracle.ts";
import { bothInOne, type Dialect } from "./context_shapes.ts";

/** A message to send, and what it says in the oracle's terms. */
export interface Planned extends Pick<Said, "role" | "calls" | "answers"> {
  draft: Draft;
  isErased: boolean;
}

/** A random number from 0 to 1, by mulberry32. */
export function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Tools called and answered in order, late, twice or never, in the words of `dialect`. */
export function randomConversation(
  random: () => number,
  dialect: Dialect,
): Planned[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(items: T[]): T => items[below(items.length)]!;
  const some = <T>(make: () => T) => Array.from({ length: 1 + below(3) }, make);
  const hasOrphans = random() < 0.3;
  const hasErased = random() < 0.3;
  const called: string[] = [];

  const callIds = () => {
    const ids = [...new Set(some(() => `call-${below(6)}`))];
    called.push(...ids);
    return ids;
  };
  const resultIds = () => [
    ...new Set(
      some(() =>
        hasOrphans && random() < 0.2
          ? `call-${below(8)}`
          : called.at(-1 - below(Math.min(3, called.length)))!
      ),
    ),
  ];

  const plain = (
    role: Said["role"],
    parts?: Draft["parts"],
  ): Omit<Planned, "isErased"> => ({
    role,
    calls: [],
    answers: [],
    draft: { role, content: "é".repeat(1 + below(40)), parts },
  });
  const calling = () => {
    const calls = callIds();
    const parts = calls.map((id) => oneOf(dialect.call(id)));
    return { ...plain("assistant", parts), calls };
  };
  const answering = () => {
    if (called.length === 0) return plain("user");
    const answers = resultIds();
    const parts = answers.map((id) => oneOf(dialect.result(id)));
    return { ...plain(oneOf(dialect.resultRoles), parts), answers };
  };
  const doingBoth = () => {
    const calls = callIds();
    const own = { ...plain("assistant"), calls };
    if (!dialect.name.startsWith("Gemini") && random() < 0.5) {
      own.draft.parts = calls.map((id) => oneOf(bothInOne(id)));
      return own;
    }
    own.draft.parts = calls.flatMap((id) => [
      oneOf(dialect.call(id)),
      oneOf(dialect.result(id)),
    ]);
    return { ...own, answers: calls };
  };
  const shapes: (() => Omit<Planned, "isErased">)[] = [
    () => plain("user"),
    () => plain("user", [{ type: "text", id: "call-1", text: "not a call" }]),
    () => plain("assistant"),
    calling,
    calling,
    answering,
    answering,
    doingBoth,
    () => plain("tool"),
    () => plain("tool", [{ type: "text", text: "no id" }]),
  ];
  return Array.from({ length: 1 + below(24) }, () => {
    const planned = random() < 0.1
      ? plain(oneOf(["system", "developer"]))
      : oneOf(shapes)();
    planned.draft.token_count = oneOf([undefined, 0, 1, below(20), below(200)]);
    return { ...planned, isErased: hasErased && random() < 0.1 };
  });
}

/** Limits around those where a context grows by a message, among others. */
export function randomLimits(random: () => number, said: Said[]): Limits {
  const below = (limit: number) => Math.floor(random() * limit);
  const newest = said.slice(below(said.length));
  const tokens = newest.reduce((sum, each) => sum + each.tokens, 0);
  return {
    max_tokens: Math.max(1, random() < 0.2 ? 100_000 : tokens + below(5) - 2),
    max_messages: random() < 0.7 ? 500 : 1 + below(said.length + 2),
  };
}
