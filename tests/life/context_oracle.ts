/**
 * What a context must be, found by trying every window there is: slow, and without anything in
 * common with the walk in the database. It knows which call a result answers from whoever made the
 * conversation, and never looks into parts.
 */

export interface Said {
  role: "system" | "developer" | "user" | "assistant" | "tool";
  /** The calls that the message makes, and those that it answers. */
  calls: string[];
  answers: string[];
  tokens: number;
  isEstimated: boolean;
  isErased: boolean;
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
  positions: number[];
  tokens_used: number;
  estimated: boolean;
  omitted_before_position: number | null;
};

const isInstruction = ({ role }: Said) =>
  role === "system" || role === "developer";

/** The positions of the calls that the message at `position` answers, as they were when it was written. */
export function callsOf(conversation: Said[], position: number): number[] {
  const { role, answers, calls } = conversation[position - 1]!;
  const before = conversation.slice(0, position - 1);
  const open = answers.filter((id) => !calls.includes(id));
  const found = role === "tool" && open.length === 0
    ? [before.findLastIndex((said) => said.role === "assistant") + 1]
    : open.map((id) =>
      before.findLastIndex((said) =>
        said.calls.includes(id) && !isInstruction(said)
      ) + 1
    );
  return found.filter((call) => call > 0 && !conversation[call - 1]!.isErased);
}

/** Message n of `conversation` has position n + 1; the caller wrote all of them. */
export function expectedContext(
  conversation: Said[],
  { max_tokens, max_messages }: Limits,
): Expected {
  const present = conversation
    .map((said, index) => ({ said, position: index + 1 }))
    .filter(({ said }) => !said.isErased);
  const instructions = present.filter(({ said }) => isInstruction(said));
  const others = present.filter(({ said }) => !isInstruction(said));
  const tokens = (window: typeof present) =>
    window.reduce((sum, { said }) => sum + said.tokens, 0);

  const windows = others
    .map((_, start) => others.slice(start))
    .filter((run) =>
      run.every(({ position }) =>
        callsOf(conversation, position).every((call) =>
          call >= run[0]!.position
        )
      )
    )
    .map((run) => [...instructions, ...run]);
  const fits = (window: typeof present) =>
    tokens(window) <= max_tokens && window.length <= max_messages;

  const smallest = windows.at(-1) ?? instructions;
  if (!fits(smallest)) {
    return {
      too_small: true,
      tokens_needed: tokens(smallest),
      messages_needed: smallest.length,
    };
  }
  const window = windows.find(fits) ?? instructions;
  const start = window[instructions.length]?.position ?? Infinity;
  return {
    too_small: false,
    positions: window.map(({ position }) => position).sort((a, b) => a - b),
    tokens_used: tokens(window),
    estimated: window.some(({ said }) => said.isEstimated),
    omitted_before_position: others.some(({ position }) => position < start)
      ? start
      : null,
  };
}
