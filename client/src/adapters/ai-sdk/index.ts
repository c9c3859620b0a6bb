/**
 * Chats of the Vercel AI SDK, kept by Continuum: what the screen shows is what is loaded.
 *
 * ```ts
 * const chat = await openChat(continuum, body.id);
 * const messages = await validateUIMessages({ messages: await chat.receive(body), tools });
 * const result = streamText({ model, tools, messages: await convertToModelMessages(messages) });
 * const stream = toUIMessageStream({
 *   stream: result.stream,
 *   originalMessages: chat.originalMessages,
 *   generateMessageId: generateId,
 *   onEnd: chat.put,
 * });
 * return createUIMessageStreamResponse({ stream: withStoreErrors(stream) });
 * ```
 */
import type { UIMessage } from "ai";
import type { Continuum } from "../../continuum.ts";
import { type LoadOptions, type OpenOptions, StoredChat } from "./chat.ts";

export {
  type Answer,
  type LoadOptions,
  type OpenOptions,
  StoredChat,
} from "./chat.ts";
export { withStoreErrors } from "./errors.ts";
export type { FilesAs } from "../shared/message_files.ts";
export { type ChatRequest, lastMessageOnly } from "./request.ts";

/** Loads a chat in order to answer it. A chat that does not exist is empty; the first message creates it. */
export async function openChat<M extends UIMessage = UIMessage>(
  continuum: Continuum,
  chatId: string,
  options: OpenOptions = {},
): Promise<StoredChat<M>> {
  const chat = new StoredChat<M>(continuum, chatId, options);
  await chat.reload({ signal: options.signal });
  return chat;
}

/** Messages to show. */
export interface LoadedMessages<M extends UIMessage> {
  /** Oldest first. */
  messages: M[];
  /** What to pass as `before` to load the messages before these; null if there are none. */
  earlier: number | null;
  /** The last seq of the log. `follow({ after: lastSeq })` tells what comes. */
  lastSeq: number;
}

/** Loads the newest messages of a chat, or the newest before a position. */
export async function loadMessages<M extends UIMessage = UIMessage>(
  continuum: Continuum,
  chatId: string,
  options: LoadOptions & { before?: number | undefined } = {},
): Promise<LoadedMessages<M>> {
  const chat = new StoredChat<M>(continuum, chatId, options);
  await chat.reload({ signal: options.signal, before: options.before });
  const { messages, earlier, lastSeq } = chat;
  return { messages, earlier, lastSeq };
}
