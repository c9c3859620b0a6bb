/** Random conversations with tool calls, the same for the same seed. */
import type { Limits, Said } from "./context_oracle.ts";
import { tokensOf } from "./context_oracle.ts";

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

/** Tools called and answered in the words of several providers, in order, late, twice or never. */
export function randomConversation(random: () => number): Said[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(items: T[]): T => items[below(items.length)]!;
  const orphans = random() < 0.3;
  const called: string[] = [];

  const callPart = () => {
    const id = `call-${below(6)}`;
    called.push(id);
    return oneOf([
      { type: "tool_call", id },
      { type: "tool_use", id, name: "look" },
      { type: "tool-call", toolCallId: id },
      { type: "tool_call", tool_call_id: id },
      { type: "function_call", id: "item", call_id: id },
    ]);
  };
  const resultPart = () => {
    const id = orphans && random() < 0.2 || called.length === 0
      ? `call-${below(8)}`
      : called.at(-1 - below(Math.min(3, called.length)))!;
    return oneOf([
      { type: "tool_result", tool_call_id: id },
      { type: "tool_result", tool_use_id: id },
      { type: "tool-result", toolCallId: id },
      { type: "function_call_output", call_id: id },
    ]);
  };
  const some = <T>(make: () => T) => Array.from({ length: 1 + below(3) }, make);

  const shapes: (() => Pick<Said, "role" | "parts">)[] = [
    () => ({ role: "user", parts: null }),
    () => ({ role: "assistant", parts: null }),
    () => ({ role: "assistant", parts: some(callPart) }),
    () => ({ role: "assistant", parts: [callPart(), resultPart()] }),
    () =>
      called.length > 0 || orphans
        ? { role: oneOf(["tool", "user"]), parts: some(resultPart) }
        : { role: "user", parts: [{ type: "text", id: "call-1" }] },
    () => ({ role: "tool", parts: null }),
    () => ({ role: "tool", parts: [{ type: "text", text: "no id" }] }),
  ];
  return Array.from({ length: 1 + below(24) }, () => ({
    ...(random() < 0.1
      ? { role: "system" as const, parts: null }
      : oneOf(shapes)()),
    content: "é".repeat(1 + below(40)),
    token_count: oneOf([null, 0, 1, below(20), below(200)]),
  }));
}

/** Limits around those where a window grows by a message, among others. */
export function randomLimits(random: () => number, said: Said[]): Limits {
  const below = (limit: number) => Math.floor(random() * limit);
  const newest = said.slice(below(said.length));
  const tokens = newest.reduce((sum, each) => sum + tokensOf(each), 0);
  return {
    max_tokens: Math.max(1, random() < 0.2 ? 100_000 : tokens + below(5) - 2),
    max_messages: random() < 0.7 ? 500 : 1 + below(said.length + 2),
  };
}
