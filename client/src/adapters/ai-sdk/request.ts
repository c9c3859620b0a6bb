/** What `useChat` sends to a chat's route. */
import type { PrepareSendMessagesRequest, UIMessage } from "ai";
import type { Entry } from "./plan.ts";

/** The body of a request, as `useChat` sends it or as `lastMessageOnly` shortens it. */
export interface ChatRequest<M extends UIMessage> {
  /** All messages on the screen. */
  messages?: M[] | undefined;
  /** Only the message that is new or has changed, in place of `messages`. */
  message?: M | undefined;
  /** The id of the message before it, null if it is the first. Without it, nobody notices that a screen is stale. */
  previousId?: string | null | undefined;
  trigger?: "submit-message" | "regenerate-message" | undefined;
  messageId?: string | undefined;
}

/**
 * For `prepareSendMessagesRequest` of a transport: sends the message that is new or has changed, in place of all
 * messages on the screen.
 */
export const lastMessageOnly: PrepareSendMessagesRequest<UIMessage> = (
  { id, messages, messageId, trigger, body },
) => {
  // An approval or a tool's output may belong to an earlier message than the last.
  const named = messages.findIndex((message) => message.id === messageId);
  const at = trigger === "submit-message" && named !== -1
    ? named
    : messages.length - 1;
  return {
    body: {
      ...body,
      id,
      trigger,
      messageId,
      message: messages[at],
      previousId: messages[at - 1]?.id ?? null,
    },
  };
};

/** Whether the user has asked for messages to leave the line: by a regeneration, or by editing an earlier message. */
export function rewrites<M extends UIMessage>(
  { trigger, messageId }: ChatRequest<M>,
  messages: readonly M[],
): boolean {
  return trigger === "regenerate-message" ||
    messages.some(({ id, role }) => id === messageId && role === "user");
}

/**
 * All messages that the screen shows, from what it sent; null if it shows the new message after one that is not
 * on the line.
 *
 * @throws {TypeError} if the body has no messages.
 */
export function messagesOf<M extends UIMessage>(
  { messages, message, previousId }: ChatRequest<M>,
  entries: readonly Entry<M>[],
): M[] | null {
  if (messages !== undefined && messages.length > 0) return messages;
  if (message === undefined) {
    throw new TypeError("The request has neither messages nor a message.");
  }
  const line = entries.flatMap(({ message }) => message ?? []);
  const placeOf = (id: string) => line.findIndex((known) => known.id === id);
  const known = placeOf(message.id);
  if (known !== -1) {
    const after = message.role === "assistant" ? line.slice(known + 1) : [];
    return [...line.slice(0, known), message, ...after];
  }
  if (previousId === undefined) return [...line, message];
  if (previousId === null) return [message];
  const previous = placeOf(previousId);
  return previous === -1 ? null : [...line.slice(0, previous + 1), message];
}

/** Whether none of what a request names is among the entries, so that older ones have to be read. */
export function isOlderThan<M extends UIMessage>(
  entries: readonly Entry<M>[],
  { messages, message, previousId }: ChatRequest<M>,
): boolean {
  if (message !== undefined && previousId === undefined) return false;
  const named = messages?.map(({ id }) => id) ?? [message?.id, previousId];
  return !entries.some(({ message }) =>
    message !== null && named.includes(message.id)
  );
}
