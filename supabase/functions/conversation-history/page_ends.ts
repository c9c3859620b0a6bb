/** Reads the beginning and the end of a page without parsing the messages in between. */
import type { Bytes } from "../_shared/http/bytes.ts";
import {
  endOfContainer,
  startOfContainer,
} from "../_shared/wire/json_bytes.ts";

/** The places of a message. */
export interface Places {
  seq: number;
  position: number;
  parent_position: number;
}

export interface PageEnds {
  /** null if there is no such conversation, or the caller may not see it. */
  conversation: {
    last_seq: number;
    head_position: number;
    updated_at: string;
  } | null;
  /** Of the first and the last message; null if the page has none. */
  first: Places | null;
  last: Places | null;
}

const BEGINNING = '{"conversation":';
const MESSAGES = ',"messages":[';

/** The beginning of a message, before anything that its author wrote. */
const MESSAGE =
  /^\{"id":"[^"]*","seq":(\d+),"position":(\d+),"parent_position":(\d+),/;

/** More than {@link MESSAGE} needs, with numbers of any size. */
const MESSAGE_BYTES = 160;

/**
 * The ends of a page, as read_history returns it.
 *
 * @throws {SyntaxError} if it is something else.
 */
export function pageEnds(page: Bytes): PageEnds {
  const begin = BEGINNING.length;
  if (textOf(page, begin, begin + 4) === "null") {
    return { conversation: null, first: null, last: null };
  }
  const end = endOfContainer(page, begin);
  const conversation = JSON.parse(textOf(page, begin, end));
  const first = end + MESSAGES.length;
  if (textOf(page, end, first) !== MESSAGES) {
    throw new SyntaxError("Not a page");
  }
  // Nothing but has_more comes after the messages.
  const last = page.lastIndexOf("]".charCodeAt(0)) - 1;
  return last < first ? { conversation, first: null, last: null } : {
    conversation,
    first: placesAt(page, first),
    last: placesAt(page, startOfContainer(page, last)),
  };
}

function placesAt(page: Bytes, start: number): Places {
  const [, seq, position, parent] =
    MESSAGE.exec(textOf(page, start, start + MESSAGE_BYTES)) ?? [];
  if (parent === undefined) throw new SyntaxError("Not a message");
  return {
    seq: Number(seq),
    position: Number(position),
    parent_position: Number(parent),
  };
}

function textOf(bytes: Bytes, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}
