/**
 * A session of OpenAI's Agents SDK in Continuum.
 *
 * ```ts
 * const session = new ContinuumSession({ continuum, sessionId: "review-42" });
 * await run(agent, "Hello", { session });
 * ```
 */
import type {
  AgentInputItem,
  SessionHistoryRewriteArgs,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionArgs,
  SessionHistoryTransactionAwareSession,
} from "@openai/agents";
import type { Continuum } from "../../continuum.ts";
import type { ConversationHandle } from "../../conversation.ts";
import { batches } from "../shared/batches.ts";
import { deleteConversation } from "../shared/deleting.ts";
import { whileConflicting } from "./conflicts.ts";
import { itemsOf, toMessage } from "./items.ts";
import { popItem } from "./pop.ts";
import { rewrite } from "./rewrite.ts";
import { applyTransaction } from "./transaction.ts";

export interface ContinuumSessionOptions {
  continuum: Continuum;
  /** The conversation's continuation id, or the `id` of a shared one. Generated if omitted. */
  sessionId?: string | undefined;
}

/** The items of a conversation. Those that are taken back leave its live line, and stay in its log. */
export class ContinuumSession
  implements
    SessionHistoryTransactionAwareSession,
    SessionHistoryRewriteAwareSession {
  readonly #conversation: ConversationHandle;

  constructor({ continuum, sessionId }: ContinuumSessionOptions) {
    this.#conversation = continuum.conversation(sessionId);
  }

  /** The continuation id. */
  getSessionId(): Promise<string> {
    return Promise.resolve(this.#conversation.id);
  }

  /** All items, or the newest `limit`, the oldest of them first. */
  async getItems(limit?: number): Promise<AgentInputItem[]> {
    if (limit !== undefined && !(limit > 0)) return [];
    if (limit === undefined) {
      const messages = await this.#conversation.messages({ limit: 500 }).all();
      return messages.flatMap(itemsOf);
    }
    const items: AgentInputItem[] = [];
    const newest = this.#conversation.messages({
      newestFirst: true,
      limit: Math.min(Math.ceil(limit), 500),
    });
    for await (const message of newest) {
      items.unshift(...itemsOf(message));
      if (items.length >= limit) break;
    }
    return items.slice(-limit);
  }

  /** Appends items, up to 100 of them all or none. */
  async addItems(items: AgentInputItem[]): Promise<void> {
    if (items.length === 0) return;
    const messages = items.map((item) => toMessage([item]));
    for (const request of batches(messages)) {
      await this.#conversation.append(request);
    }
  }

  /** Takes the newest item back. */
  async popItem(): Promise<AgentInputItem | undefined> {
    return await whileConflicting(() => popItem(this.#conversation));
  }

  /** Deletes the conversation. */
  clearSession(): Promise<void> {
    return deleteConversation(this.#conversation);
  }

  /**
   * Appends items or replaces the newest, all or nothing. Repeated with the same `operationId`, it changes nothing more.
   *
   * @throws {ContinuumError} `idempotency_mismatch` if the `operationId` was used for another transaction.
   * @throws {Error} if the newest items are not those that are to be replaced.
   */
  async applyHistoryTransaction(
    args: SessionHistoryTransactionArgs,
  ): Promise<void> {
    await whileConflicting(() => applyTransaction(this.#conversation, args));
  }

  /** Replaces calls of functions, all or nothing. */
  async applyHistoryMutations(args: SessionHistoryRewriteArgs): Promise<void> {
    await whileConflicting(() => rewrite(this.#conversation, args));
  }
}
