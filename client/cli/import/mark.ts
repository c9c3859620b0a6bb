/** What an import notes in the metadata of a conversation, so that the next one knows it again. */
import type { Conversation } from "../../src/index.ts";
import { objectOf } from "../json/look.ts";
import type { Prepared } from "./prepare.ts";

export interface Mark {
  format?: unknown;
  digest?: unknown;
  title?: unknown;
}

/**
 * What an earlier import has noted in a conversation.
 *
 * @throws {ForeignConversation} if no import of that format has made it.
 */
export function markOf(conversation: Conversation, { format }: Prepared): Mark {
  const mark: Mark = objectOf(conversation.metadata.import);
  if (mark.format !== format) {
    throw new ForeignConversation(conversation.continuation_id);
  }
  return mark;
}

/** The conversation of that name was not made by an import of this format. */
export class ForeignConversation extends Error {
  constructor(name: string) {
    super(
      `You have a conversation named ${name} that was not imported. Rename or delete it, and import again.`,
    );
  }
}
