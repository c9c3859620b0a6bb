/** The account that is written to, as far as an import has to know it. */
import type { Continuum, Conversation, Message } from "../../src/index.ts";

export class Account {
  readonly continuum: Continuum;
  readonly signal: AbortSignal | undefined;
  #known: Map<string, Promise<Map<string, Conversation>>> = new Map();

  constructor(continuum: Continuum, signal?: AbortSignal) {
    this.continuum = continuum;
    this.signal = signal;
  }

  /** Your conversation of that name; undefined if there is none. */
  async find(name: string): Promise<Conversation | undefined> {
    const prefix = /^[a-z-]+:/.exec(name)?.[0] ?? name;
    let known = this.#known.get(prefix);
    if (known === undefined) {
      known = this.#list(prefix);
      this.#known.set(prefix, known);
    }
    return (await known).get(name.normalize("NFC"));
  }

  /** All of a prefix with one request a hundred, instead of one for each. */
  async #list(prefix: string): Promise<Map<string, Conversation>> {
    const found = new Map<string, Conversation>();
    for (const archived of [false, true]) {
      const list = this.continuum.list({
        prefix,
        archived,
        limit: 100,
        signal: this.signal,
      });
      for await (const conversation of list) {
        if (conversation.access !== "owner") continue;
        found.set(conversation.continuation_id.normalize("NFC"), conversation);
      }
    }
    return found;
  }

  /** Every row of a conversation, and the conversation as it is after the last of them. */
  async log(
    id: string,
  ): Promise<{ conversation: Conversation | null; rows: Message[] }> {
    const rows: Message[] = [];
    let conversation: Conversation | null = null;
    const log = this.continuum.conversation(id)
      .messages({ view: "log", limit: 500, signal: this.signal });
    for await (const page of log.pages()) {
      rows.push(...page.messages);
      conversation = page.conversation ?? conversation;
    }
    return { conversation, rows };
  }
}
