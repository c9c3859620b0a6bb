/**
 * LangChain's chat message history in Continuum.
 *
 * ```ts
 * const history = new ContinuumChatMessageHistory({ continuum, sessionId: "review-42" });
 * await history.addUserMessage("Hello");
 * const messages = await history.getMessages();
 * ```
 */
import { BaseListChatMessageHistory } from "@langchain/core/chat_history";
import {
  type BaseMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
} from "@langchain/core/messages";
import type { Continuum } from "../../continuum.ts";
import type { ConversationHandle } from "../../conversation.ts";
import { batches } from "../shared/batches.ts";
import { deleteConversation } from "../shared/deleting.ts";
import { fromMessage, toMessage } from "./stored_message.ts";

export interface ContinuumChatMessageHistoryOptions {
  continuum: Continuum;
  /** The conversation's continuation id, or the `id` of a shared one. */
  sessionId: string;
}

/** The messages of a conversation, as a list that LangChain reads and appends to. */
export class ContinuumChatMessageHistory extends BaseListChatMessageHistory {
  override lc_namespace = ["langchain", "stores", "message", "continuum"];
  readonly #conversation: ConversationHandle;

  constructor(
    { continuum, sessionId }: ContinuumChatMessageHistoryOptions,
  ) {
    super();
    this.#conversation = continuum.conversation(sessionId);
  }

  /** The messages of the live line, oldest first. Those that other clients have appended are read by their text. */
  override async getMessages(): Promise<BaseMessage[]> {
    const messages = await this.#conversation.messages({ limit: 500 }).all();
    return mapStoredMessagesToChatMessages(messages.map(fromMessage));
  }

  override addMessage(message: BaseMessage): Promise<void> {
    return this.addMessages([message]);
  }

  /** Appends the messages: as many as one request takes, all or none. */
  override async addMessages(messages: BaseMessage[]): Promise<void> {
    const inputs = mapChatMessagesToStoredMessages(messages).map(toMessage);
    for (const batch of batches(inputs)) {
      await this.#conversation.append(batch);
    }
  }

  /** Deletes the conversation. */
  override clear(): Promise<void> {
    return deleteConversation(this.#conversation);
  }
}
