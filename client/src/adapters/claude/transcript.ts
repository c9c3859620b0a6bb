/** Entries of transcripts as messages. */
import type { AppendOptions } from "../../append.ts";
import type { Continuum } from "../../continuum.ts";
import type { ConversationHandle } from "../../conversation.ts";
import type { MessagesOptions } from "../../history.ts";
import { randomName } from "../../names.ts";
import type { MessageInput, MessageRole } from "../../types.ts";
import { batches } from "../shared/batches.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import { sha256, uuidOf } from "../shared/names.ts";
import { conversationOf, metadataOf } from "./sessions.ts";
import { divided, isDivided, joined, type Pieces } from "./large_entries.ts";
import type { SessionKey, SessionStoreEntry } from "./types.ts";

/** Appends entries of any session. */
export class Appender {
  readonly #continuum: Continuum;
  readonly #ttlSeconds: number | undefined;
  /** Per conversation, the batch whose append has failed, and the key that its requests had. */
  readonly #failed = new Map<string, { hash: string; key: string }>();

  constructor(continuum: Continuum, ttlSeconds: number | undefined) {
    this.#continuum = continuum;
    this.#ttlSeconds = ttlSeconds;
  }

  async append(
    key: SessionKey,
    entries: readonly SessionStoreEntry[],
  ): Promise<void> {
    const conversation = await conversationOf(this.#continuum, key);
    const options: AppendOptions = {
      onMismatch: "revise",
      metadata: metadataOf(key),
      ttlSeconds: this.#ttlSeconds,
    };
    const messages = await messagesOf(entries);
    const hash = await sha256(JSON.stringify(messages));
    const failed = this.#failed.get(conversation.id);
    // The same batch after a failure repeats it. Entries without a uuid may be known by that alone.
    const idempotencyKey = failed?.hash === hash ? failed.key : randomName();
    try {
      for (
        const [n, request] of batches(messages).entries()
      ) {
        await conversation.append(request, {
          ...options,
          idempotencyKey: `${idempotencyKey}-${n}`,
        });
      }
      this.#failed.delete(conversation.id);
    } catch (error) {
      this.#failed.set(conversation.id, { hash, key: idempotencyKey });
      throw error;
    }
  }
}

/** The entries of a transcript, and of the messages after a position only. */
export async function entriesOf(
  conversation: ConversationHandle,
  options: MessagesOptions = {},
): Promise<SessionStoreEntry[]> {
  const entries: SessionStoreEntry[] = [];
  const pieces: Pieces = new Map();
  const messages = conversation.messages({ limit: 500, ...options });
  for await (const { client_id, parts } of messages) {
    const part = parts?.[0];
    if (part === undefined) continue;
    const whole = isDivided(part) ? joined(part, client_id, pieces) : part;
    if (whole !== null) entries.push(restored(whole) as SessionStoreEntry);
  }
  return entries;
}

/** The messages of entries. Of those with the same uuid, the last one stands in the place of the first. */
async function messagesOf(
  entries: readonly SessionStoreEntry[],
): Promise<MessageInput[]> {
  const messages = new Map<string, MessageInput[]>();
  let anchor: string | undefined;
  let offset = 0;
  for (const [n, entry] of entries.entries()) {
    if (typeof entry.uuid === "string" && entry.uuid !== "") {
      anchor = entry.uuid;
      offset = 0;
    } else {
      offset++;
    }
    const part = escaped(entry) as object;
    const name = anchor && await nameOf(anchor, offset, part);
    messages.set(
      name ?? `${n}`,
      await divided({ role: roleOf(entry), parts: [part], client_id: name }),
    );
  }
  return [...messages.values()].flat();
}

/**
 * The client_id of an entry: its uuid. Without one, it is known by the entry before it, its distance to it, and itself,
 * so that a repeated batch does not store it again.
 */
async function nameOf(
  anchor: string,
  offset: number,
  part: object,
): Promise<string> {
  if (offset > 0) return await uuidOf(JSON.stringify([anchor, offset, part]));
  return /^[\w.:-]{1,255}$/.test(anchor)
    ? anchor
    : await uuidOf(JSON.stringify([anchor]));
}

function roleOf({ type }: SessionStoreEntry): MessageRole {
  return type === "user" || type === "assistant" ? type : "system";
}
