/**
 * What a context window must be, told by trying every window there is: slow, and without anything
 * in common with the walk in the database.
 */

type Part = Record<string, unknown>;

export interface Said {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  parts: Part[] | null;
  /** null: left to the server's estimate. */
  token_count: number | null;
}

export interface Limits {
  max_tokens: number;
  max_messages: number;
}

/** What the answer must be. `too_small` is the 422. */
export type Expected = {
  too_small: true;
  tokens_needed: number;
  messages_needed: number;
} | {
  too_small: false;
  seqs: number[];
  tokens_used: number;
  estimated: boolean;
  omitted_before_seq: number | null;
};

const CALL_TYPES = ["tool_call", "tool_use", "tool-call", "function_call"];
const RESULT_TYPES = ["tool_result", "tool-result", "function_call_output"];

function ids({ parts }: Said, types: string[], names: string[]): unknown[] {
  return (parts ?? []).filter(({ type }) => types.includes(type as string))
    .map((part) => names.map((name) => part[name]).find((id) => id != null))
    .filter((id) => id !== undefined);
}

const callsOf = (said: Said) =>
  ids(said, CALL_TYPES, ["call_id", "id", "tool_call_id", "toolCallId"]);
const resultsOf = (said: Said) =>
  ids(said, RESULT_TYPES, [
    "tool_call_id",
    "tool_use_id",
    "toolCallId",
    "call_id",
  ]);

export function tokensOf({ token_count, content }: Said): number {
  return token_count ??
    Math.ceil(new TextEncoder().encode(content).length / 4);
}

/** Whether each result in `window` comes after its call, or with it, inside `window`. */
function everyResultHasItsCall(window: Said[]): boolean {
  return window.every((said, index) => {
    const called = window.slice(0, index + 1).flatMap(callsOf);
    const results = resultsOf(said);
    return results.every((id) => called.includes(id)) &&
      (said.role !== "tool" || results.length > 0 ||
        window.slice(0, index).some(({ role }) => role === "assistant"));
  });
}

/** Message n of `conversation` has seq n + 1. */
export function expectedContext(
  conversation: Said[],
  { max_tokens, max_messages }: Limits,
): Expected {
  const numbered = conversation.map((said, index) => ({
    said,
    seq: index + 1,
  }));
  const system = numbered.filter(({ said }) => said.role === "system");
  const others = numbered.filter(({ said }) => said.role !== "system");
  const tokens = (window: typeof numbered) =>
    window.reduce((sum, { said }) => sum + tokensOf(said), 0);

  const windows = others.map((_, start) => [...system, ...others.slice(start)])
    .filter((window) =>
      everyResultHasItsCall(
        window.slice(system.length).map(({ said }) => said),
      )
    );
  const fits = (window: typeof numbered) =>
    tokens(window) <= max_tokens && window.length <= max_messages;

  // Where not even the newest message can be part of a window, system messages are all there is.
  const smallest = windows.at(-1) ?? system;
  if (!fits(smallest)) {
    return {
      too_small: true,
      tokens_needed: tokens(smallest),
      messages_needed: smallest.length,
    };
  }
  const window = windows.find(fits) ?? system;
  const start = window[system.length]?.seq ?? conversation.length + 1;
  return {
    too_small: false,
    seqs: window.map(({ seq }) => seq).sort((a, b) => a - b),
    tokens_used: tokens(window),
    estimated: window.some(({ said }) => said.token_count === null),
    omitted_before_seq: others.some(({ seq }) => seq < start) ? start : null,
  };
}
