/** Takes the newest item of a session back. */
import type { AgentInputItem } from "@openai/agents";
import type { ConversationHandle } from "../../conversation.ts";
import { itemsOf, messagesOf, revised, toMessage } from "./items.ts";

/** @throws {ContinuumError} `seq_conflict` if others have changed the conversation meanwhile. */
export async function popItem(
  conversation: ConversationHandle,
): Promise<AgentInputItem | undefined> {
  const { messages, lastSeq } = await messagesOf(conversation, 1);
  const [message] = messages;
  if (message === undefined) return undefined;
  const items = itemsOf(message);
  const item = items.pop();
  if (items.length > 0) {
    await conversation.append([revised(message, items)], {
      expectedSeq: lastSeq,
    });
    return item;
  }
  const afterPosition = message.parent_position;
  // A rewind alone leaves `last_seq` as it is: another one at the same time would take the same item back.
  const { messages: [marker] } = await conversation.append([toMessage([])], {
    afterPosition,
    expectedSeq: lastSeq,
  });
  // Nothing needs the marker any longer. If others have appended after it, or this fails, it stays and is not read.
  await conversation.rewind(afterPosition, { expectedSeq: marker!.seq })
    .catch(() => {});
  return item;
}
