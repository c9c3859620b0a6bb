/** Completion of conversations' names, for the prompt and for the template of resources. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { ContinuationId } from "../_shared/wire/conversation.ts";
import { findUnstorable } from "../_shared/wire/storable.ts";
import { continuePrompt } from "./prompts.ts";
import { resourceTemplates } from "./resources.ts";

/** How many names are suggested. The protocol allows a hundred. */
const SUGGESTED = 20;

const CompleteParams = z.object({
  ref: z.union([
    z.object({ type: z.literal("ref/prompt"), name: z.string() }),
    z.object({ type: z.literal("ref/resource"), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/** The most recently used names that begin with what was typed; none for anything else that can be completed. */
export async function complete(c: Context<Env>, params: unknown) {
  const { success, data } = CompleteParams.safeParse(params);
  if (!success || !isConversation(data)) return completion([], false);
  const prefix = data.argument.value === "" ? undefined : data.argument.value;
  if (
    prefix !== undefined && (!ContinuationId.safeParse(prefix).success ||
      findUnstorable(prefix).length > 0)
  ) return completion([], false);
  const { conversations, last } = JSON.parse(
    await call(c, "list_conversations", {
      archived: false,
      invited: false,
      max_conversations: SUGGESTED,
      prefix,
    }),
  );
  return completion(
    conversations.map((
      { access, id, continuation_id }: Record<string, string>,
    ) =>
      // By its name a conversation is known to its owner only.
      access === "owner" ? continuation_id : id
    ),
    last !== null,
  );
}

function isConversation(
  { ref, argument }: z.infer<typeof CompleteParams>,
): boolean {
  return ref.type === "ref/prompt"
    ? ref.name === continuePrompt.name && argument.name === "continuation_id"
    : ref.uri === resourceTemplates[0]?.uriTemplate && argument.name === "id";
}

function completion(values: string[], hasMore: boolean) {
  return { completion: { values, hasMore } };
}
