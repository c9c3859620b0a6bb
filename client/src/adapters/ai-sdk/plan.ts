/** What has to be stored so that a conversation reads as a chat does. */
import type { UIMessage } from "ai";
import type { Message } from "../../types.ts";
import { canonical } from "../shared/canonical.ts";
import { withoutLinks } from "./files.ts";
import { messageOf, wasStopped } from "./row.ts";

/** A message of the live line. */
export interface Entry<M extends UIMessage> {
  row: Message;
  /** Null if a chat does not show it. */
  message: M | null;
}

/** A change of the line from the entry `kept` on. */
export interface Plan<M extends UIMessage> {
  /** How many entries stay on the line. */
  kept: number;
  /** Those among them that now read otherwise. */
  revised: { entry: Entry<M>; message: M }[];
  /** What follows them. */
  added: M[];
}

/**
 * Compares the line with the messages of a chat.
 *
 * The chat may begin later than the entries do: what comes before its first message stays. If the entries are not
 * the beginning of the line (`hasEarlier`), the chat may also begin earlier.
 *
 * @throws {TypeError} if the chat has two messages of the same id, or one without an id.
 */
export function planFor<M extends UIMessage>(
  entries: readonly Entry<M>[],
  chat: readonly M[],
  hasEarlier: boolean,
): Plan<M> {
  requireIds(chat);
  const shown = entries.filter(({ message }) => message !== null);
  const placeOf = (id: string) =>
    shown.findIndex(({ message }) => message?.id === id);
  const firstKnown = chat.findIndex(({ id }) => placeOf(id) !== -1);
  const place = firstKnown === -1 ? 0 : placeOf(chat[firstKnown]!.id);
  const beginsEarlier = hasEarlier && firstKnown > 0 && place === 0;
  const begin = firstKnown === 0 ? place : 0;
  const rest = beginsEarlier ? chat.slice(firstKnown) : chat;

  const revised: Plan<M>["revised"] = [];
  let same = 0;
  for (const message of rest) {
    const entry = shown[begin + same];
    if (entry?.message?.id !== message.id) break;
    if (!reads(entry, message)) revised.push({ entry, message });
    same++;
  }
  const next = shown[begin + same];
  return {
    kept: next === undefined ? entries.length : entries.indexOf(next),
    revised,
    added: rest.slice(same),
  };
}

/** Whether a message of the line reads as another does, whose files may be links where its own are data URLs. */
export function reads(entry: Entry<UIMessage>, message: UIMessage): boolean {
  const text = canonical(withoutLinks(message));
  return entry.message !== null &&
      canonical(withoutLinks(entry.message)) === text ||
    canonical(messageOf(entry.row)) === text;
}

/**
 * Whether a plan only does what somebody who writes the next message can mean: to add to the line as it is stored.
 * It then takes nothing away but what was stored of a stopped answer, which the screen may not have received.
 */
export function isContinuation<M extends UIMessage>(
  entries: readonly Entry<M>[],
  plan: Plan<M>,
): boolean {
  return entries.slice(plan.kept).every(({ row }) => wasStopped(row)) &&
    plan.revised.every(({ entry, message }) =>
      wasStopped(entry.row) || !isBehind(message, entry.message!)
    );
}

/** The states of a tool's call, in the order in which it goes through them. */
const STATES = [
  "input-streaming",
  "input-available",
  "approval-requested",
  "approval-responded",
];

/** Whether a message on a screen lacks what the one that is stored has got since. */
function isBehind(shown: UIMessage, stored: UIMessage): boolean {
  return stored.parts.some((part, index) => {
    if ("toolCallId" in part) {
      return stateOf(shown, part.toolCallId) < stateOf(stored, part.toolCallId);
    }
    const other = shown.parts[index];
    if (other === undefined) return true;
    return "text" in part && "text" in other && part.type === other.type &&
      part.text !== other.text && part.text.startsWith(other.text);
  });
}

/** How far the call of a tool has come; -1 if the message does not have it. */
function stateOf({ parts }: UIMessage, call: string): number {
  const part = parts.find((part) =>
    "toolCallId" in part && part.toolCallId === call
  );
  if (part === undefined || !("toolCallId" in part)) return -1;
  const state = STATES.indexOf(part.state);
  return state === -1 ? STATES.length : state;
}

/** @throws {TypeError} if two messages have the same id, or one has none. */
export function requireIds(chat: readonly UIMessage[]): void {
  const seen = new Set<string>();
  for (const { id } of chat) {
    if (!id) {
      throw new TypeError(
        "A message has no id. Pass generateMessageId to toUIMessageStream, so that answers have one.",
      );
    }
    if (seen.has(id)) {
      throw new TypeError(`Two messages have the id ${JSON.stringify(id)}.`);
    }
    seen.add(id);
  }
}
