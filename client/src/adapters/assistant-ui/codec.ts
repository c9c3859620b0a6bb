/** How the messages of a runtime are stored as messages of Continuum. */
import type { RowFor } from "../shared/append_anew.ts";
import type { Message } from "../../types.ts";

/** A message, and the one that it follows. */
export interface Item<M> {
  parentId: string | null;
  message: M;
}

export interface Codec<I extends Item<unknown>> {
  idOf(item: I): string;
  /** How a message is stored. Uploads its files. */
  write(item: I): Promise<RowFor>;
  /** The id of the message in a row; null if the row is not a message of this kind. */
  idIn(row: Message): string | null;
  /** Reads a row that has an id. */
  read(row: Message, id: string, parentId: string | null): Promise<I>;
}

/** The type of the part that keeps what a message of Continuum has no field for. It is the last part. */
export const MARK = "assistant-ui-message";

/** That part. */
export interface Mark {
  type: typeof MARK;
  /** The storage format of a runtime that has one of its own. */
  format?: string;
  /** The message, or what of it is not in the other parts. */
  message: Record<string, unknown>;
  runConfig?: unknown;
}

/** The mark of a row, and its other parts. */
export function markOf(
  row: Message,
): { mark: Mark | null; parts: Record<string, unknown>[] } {
  const parts = row.parts ?? [];
  const last = parts.at(-1);
  return last?.type === MARK
    ? { mark: last as unknown as Mark, parts: parts.slice(0, -1) }
    : { mark: null, parts };
}

/** The longest `client_id`. */
const CLIENT_ID_CHARACTERS = 255;

/** The fields by which a row is found again: its `client_id`, or the id in its metadata. */
export function named(
  id: string,
  idInMetadata: boolean,
): { client_id: string } | { metadata: Record<string, unknown> } {
  return idInMetadata || id.length > CLIENT_ID_CHARACTERS
    ? { metadata: { assistant_ui: { id } } }
    : { client_id: id };
}

/** The id that `named` has given to a row. */
export function nameOf({ metadata, client_id }: Message): string {
  const { id } = (metadata.assistant_ui ?? {}) as { id?: string };
  return id ?? client_id;
}

/** Whether a row is shown as a message at all: erased ones and results of other frameworks are not. */
export function isShown(row: Message): boolean {
  return row.erased_at === null && row.role !== "tool";
}
