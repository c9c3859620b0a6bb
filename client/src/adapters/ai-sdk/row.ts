/** A UIMessage as a message of Continuum, and back. */
import type { UIMessage } from "ai";
import type { Message, MessageInput } from "../../types.ts";
import { escaped, hasRefusedCharacters, unescaped } from "../characters.ts";

/** What a message of Continuum has no field for. It is in the message's metadata, under `ai_sdk`. */
interface Extra {
  /** The message's metadata in the AI SDK, which can be any JSON value. */
  metadata?: unknown;
  /** The message's id, where it cannot be the `client_id`. */
  id?: string;
  /** The answer was stopped, so the screen may show less of it than was stored. */
  stopped?: boolean;
  /** The texts of the message are escaped. */
  escaped?: boolean;
}

/** Stands for `parts: []`, which an answer has that was stopped before its first token. */
const NO_PARTS = { type: "continuum-no-parts" };

/** The longest `client_id`. */
const CLIENT_ID_CHARACTERS = 255;

export interface RowOptions {
  fileIds: string[];
  stopped: boolean;
  /** Whether the id is kept in the metadata, because a stored message that is not live has it as `client_id`. */
  idInMetadata: boolean;
}

/** How a message is stored. */
export function rowOf(
  message: UIMessage,
  { fileIds, stopped, idInMetadata }: RowOptions,
): MessageInput {
  const named = !idInMetadata &&
    message.id.length <= CLIENT_ID_CHARACTERS &&
    !hasRefusedCharacters(message.id);
  const held = {
    ...message.metadata !== undefined && { metadata: message.metadata },
    ...!named && { id: message.id },
  };
  const parts = message.parts.length > 0 ? message.parts : [NO_PARTS];
  const isEscaped = hasRefusedCharacters([parts, held]);
  const extra: Extra = {
    ...(isEscaped ? escaped(held) : held) as Extra,
    ...isEscaped && { escaped: true },
    ...stopped && { stopped: true },
  };
  return {
    role: message.role,
    parts: (isEscaped ? escaped(parts) : parts) as object[],
    ...Object.keys(extra).length > 0 && { metadata: { ai_sdk: extra } },
    ...named && { client_id: message.id },
    ...fileIds.length > 0 && { file_ids: fileIds },
  };
}

/**
 * The message that a row holds; null if a chat does not show it: it was erased, or it is a result that another
 * framework has stored as a message of its own.
 */
export function messageOf(row: Message): UIMessage | null {
  if (row.erased_at !== null || row.role === "tool") return null;
  const extra = extraOf(row);
  const restored = extra.escaped ? unescaped : (value: unknown) => value;
  const parts = (row.parts ?? []) as { type?: unknown }[];
  const shown = parts[0]?.type === NO_PARTS.type ? [] : parts;
  return {
    id: restored(extra.id ?? row.client_id) as string,
    role: row.role === "developer" ? "system" : row.role,
    ...extra.metadata !== undefined && { metadata: restored(extra.metadata) },
    parts: [
      ...row.content ? [{ type: "text", text: row.content }] : [],
      ...restored(shown) as object[],
    ] as UIMessage["parts"],
  };
}

/** Whether a row is an answer that was stopped. */
export function wasStopped(row: Message): boolean {
  return extraOf(row).stopped === true;
}

function extraOf(row: Message): Extra {
  return (row.metadata as { ai_sdk?: Extra }).ai_sdk ?? {};
}
