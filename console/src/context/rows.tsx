/** The messages of a conversation, a line each: those that a model is given, and those that are left out. */
import type { Message } from "../../../client/src/index.ts";
import { counted, excerpt } from "../lib/words.ts";
import { shownPart, textOfParts } from "../messages/parts.ts";
import { ROLE_NAMES, RoleMark } from "../messages/roles.tsx";

export function ContextRows(
  { messages, given, largest }: {
    messages: Message[];
    /** The seqs of those that are given. */
    given: Set<number>;
    largest: number;
  },
) {
  if (messages.length === 0) {
    return <p class="faint">There are no messages yet.</p>;
  }
  return (
    <ol class="context-rows" aria-label="Messages of the context">
      {messages.map((message) => (
        <Row
          key={message.seq}
          message={message}
          isGiven={given.has(message.seq)}
          largest={largest}
        />
      ))}
    </ol>
  );
}

function Row(
  { message, isGiven, largest }: {
    message: Message;
    isGiven: boolean;
    largest: number;
  },
) {
  const { role, position, token_count } = message;
  return (
    <li class={isGiven ? "context-row" : "context-row omitted"}>
      <RoleMark role={role} />
      <span class="context-text">
        <span class="context-role">
          {ROLE_NAMES[role]} <span class="faint">#{position}</span>
          {!isGiven && <span class="badge">left out</span>}
        </span>
        <span class="context-excerpt">{lineOf(message)}</span>
      </span>
      <span class="context-tokens">
        {counted(token_count, "token")}
        <meter aria-hidden="true" min={0} max={largest} value={token_count} />
      </span>
    </li>
  );
}

function lineOf({ content, parts, erased_at }: Message): string {
  if (erased_at) return "Erased";
  const text = content || textOfParts(parts);
  if (text) return excerpt(text, 200);
  return (parts ?? []).map((part) => shownPart(part)).map((part) =>
    part.kind === "call"
      ? `Calls ${part.name}`
      : part.kind === "result"
      ? `Result of ${part.name}`
      : part.kind
  ).join(", ");
}
