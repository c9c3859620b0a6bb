/** OpenAI's Conversation, and how one is found. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { Problem } from "../_shared/problems/problem.ts";
import { ContinuationId, JsonObject } from "../_shared/wire/conversation.ts";
import { membersOf, objectText } from "../_shared/wire/json_text.ts";
import { conversationId, nameOf } from "./ids.ts";

export const Conversation = z.strictObject({
  id: z.string().openapi({ example: "conv_5f0c3f0a7a354c3e9c550a8b4a1f6d10" }),
  object: z.literal("conversation"),
  created_at: z.int().openapi({ description: "In seconds since 1970." }),
  metadata: JsonObject,
}).openapi("Conversation");

export const ConversationPath = z.object({
  conversation_id: ContinuationId.transform(nameOf).openapi({
    param: { name: "conversation_id", in: "path" },
    type: "string",
    description:
      "The conversation's id, or the continuation_id that you gave it elsewhere.",
  }),
});

/** Strings only, as OpenAI's clients have them. */
export const Metadata = z.custom<Record<string, string>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string"),
  { error: "Must be an object whose values are strings." },
).openapi({ type: "object", additionalProperties: { type: "string" } });

/** What the front needs to know of a conversation. */
export interface Found {
  id: string;
  lastSeq: number;
  headPosition: number;
  updatedAt: string;
  lastActivityAt: string;
  metadata: Record<string, unknown>;
  /** As OpenAI answers it. */
  text: string;
}

/** A place after every message. */
const END = Number.MAX_SAFE_INTEGER;

/** @throws {Problem} `not_found` if there is none that the caller may see. */
export async function findConversation(
  c: Context<Env>,
  continuation_id: string,
): Promise<Found> {
  const page = await call(c, "read_history", {
    continuation_id,
    view: "line",
    max_messages: 1,
    after: END,
  });
  return conversationIn(page);
}

/**
 * The conversation of an answer that has one as its member.
 *
 * @throws {Problem} `not_found` if it is null.
 */
export function conversationIn(answer: string): Found {
  const conversation = new Map(membersOf(answer)).get("conversation") ?? "null";
  if (conversation === "null") throw new Problem("not_found");
  return found(conversation);
}

/** A conversation as the database wrote it. */
export function found(conversation: string): Found {
  const {
    id,
    last_seq,
    head_position,
    updated_at,
    last_activity_at,
    metadata,
    created_at,
  } = JSON.parse(conversation);
  return {
    id,
    lastSeq: last_seq,
    headPosition: head_position,
    updatedAt: updated_at,
    lastActivityAt: last_activity_at,
    metadata,
    text: objectText([
      ["id", JSON.stringify(conversationId(id))],
      ["object", '"conversation"'],
      ["created_at", String(epochSeconds(created_at))],
      ["metadata", new Map(membersOf(conversation)).get("metadata") ?? "{}"],
    ]),
  };
}

export function epochSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
