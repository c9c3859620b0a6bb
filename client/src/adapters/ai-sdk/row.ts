/** A UIMessage as a message of Continuum, and back. */
import type { UIMessage } from "ai";
import type { Message, MessageInput } from "../../types.ts";
import { escaped, restored } from "../shared/exact_json.ts";

/** What a message of Continuum has no field for. It is in the message's metadata, under `ai_sdk`. */
interface Extra {
  /** The message's metadata in the AI SDK, which can be any JSON value. */
  metadata?: unknown;
  /** The message's id, if it cannot be the `client_id`. */
  id?: string;
  /** The answer was stopped, so the screen may show less of it than was stored. */
  stopped?: boolean;
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
  const { id, role, parts, metadata } = escaped(message) as UIMessage;
  const named = !idInMetadata && id.length <= CLIENT_ID_CHARACTERS;
  const extra: Extra = {
    ...metadata !== undefined && { metadata },
    ...!named && { id },
    ...stopped && { stopped },
  };
  return {
    role,
    parts: parts.length > 0 ? parts : [NO_PARTS],
    ...Object.keys(extra).length > 0 && { metadata: { ai_sdk: extra } },
    ...named && { client_id: id },
    ...fileIds.length > 0 && { file_ids: fileIds },
  };
}

/**
 * The message that a row holds; null if a chat does not show it: it was erased, or it is a result that another
 * framework has stored as a message of its own.
 */
export function messageOf(row: Message): UIMessage | null {
  if (row.erased_at !== null || row.role === "tool") return null;
  const { id = row.client_id, metadata } = extraOf(row);
  const parts = row.parts ?? [];
  const message = restored({
    id,
    role: row.role === "developer" ? "system" : row.role,
    ...metadata !== undefined && { metadata },
    parts: parts[0]?.type === NO_PARTS.type ? [] : parts,
  }) as UIMessage;
  if (row.content) message.parts.unshift({ type: "text", text: row.content });
  return message;
}

/** Whether a row is an answer that was stopped. */
export function wasStopped(row: Message): boolean {
  return extraOf(row).stopped === true;
}

function extraOf(row: Message): Extra {
  return (row.metadata as { ai_sdk?: Extra }).ai_sdk ?? {};
}
