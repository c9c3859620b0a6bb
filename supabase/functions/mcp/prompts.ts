/** The prompt that continues a conversation. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { validationProblem } from "../_shared/problems/validation_problem.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import { wholeNumber } from "../_shared/wire/rules.ts";
import { storable } from "../_shared/wire/storable.ts";
import { DEFAULT_TOKENS, MAX_TOKENS, readContext } from "./contexts.ts";
import type { ShownMessage } from "./shown.ts";

export const continuePrompt = {
  name: "continue",
  title: "Continue where we left off",
  description:
    "Takes up a stored conversation: gives the model its newest messages and asks it to go on from there.",
  arguments: [
    {
      name: "continuation_id",
      description: "The conversation's continuation_id or id.",
      required: true,
    },
    {
      name: "max_tokens",
      description:
        `How many tokens of messages to include, ${DEFAULT_TOKENS} by default.`,
      required: false,
    },
  ],
};

/** The arguments of a prompt are always strings. */
const Arguments = storable(z.strictObject({
  continuation_id: ContinuationId,
  max_tokens: wholeNumber(1, MAX_TOKENS).default(DEFAULT_TOKENS),
}));

/** @throws {Problem} `not_found` if there is no such conversation, or the caller may not see it. */
export async function getPrompt(c: Context<Env>, args: unknown) {
  const parsed = Arguments.safeParse(args ?? {});
  if (!parsed.success) throw validationProblem(parsed.error.issues);
  const { continuation_id, max_tokens } = parsed.data;
  const { conversation, messages, omitted_before_position } = await readContext(
    c,
    continuation_id,
    max_tokens,
  );
  if (conversation === null) throw new Problem("not_found");
  const name = JSON.stringify(continuation_id);
  const text = [
    `Continue the conversation ${
      JSON.stringify(conversation.title)
    } where it left off.`,
    `It is kept under continuation_id ${name}: store what is said from here on with the tool append.`,
    omitted_before_position === null
      ? "These are all of its messages:"
      : `These are its newest messages; use the tool read with before ${omitted_before_position} for older ones:`,
    ...messages.map(transcript),
  ].join("\n\n");
  return {
    description: continuePrompt.description,
    messages: [{ role: "user", content: { type: "text", text } }],
  };
}

/** A message as a paragraph that names its role. Parts stay JSON, since every provider has its own. */
function transcript({ role, content, parts }: z.infer<typeof ShownMessage>) {
  return [`[${role}]`, content, parts && JSON.stringify(parts)]
    .filter((line) => line).join("\n");
}
