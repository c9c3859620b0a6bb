/** Which conversations are sessions. */
import type { Continuum } from "../../continuum.ts";
import type { ConversationHandle } from "../../conversation.ts";
import type { Conversation } from "../../types.ts";
import { escaped, restored } from "../shared/exact_json.ts";
import { nameOf } from "../shared/names.ts";
import type { SessionKey } from "./types.ts";

/** The member of a conversation's metadata that names the transcript. */
const MEMBER = "claude";

/** A session or a transcript that belongs to one. */
export interface Session {
  key: SessionKey;
  /** In milliseconds since 1970. */
  mtime: number;
  conversation: Conversation;
}

export async function conversationOf(
  continuum: Continuum,
  { projectKey, sessionId, subpath }: SessionKey,
): Promise<ConversationHandle> {
  const ids = [
    projectKey,
    sessionId,
    ...subpath === undefined ? [] : [subpath],
  ];
  return continuum.conversation(await nameOf("claude/", ids));
}

/** The metadata that a transcript's conversation is created with, and found by. */
export function metadataOf(key: Partial<SessionKey>): Record<string, unknown> {
  const { projectKey, sessionId, subpath } = key;
  return {
    [MEMBER]: escaped({
      project_key: projectKey,
      ...sessionId !== undefined && { session_id: sessionId },
      ...subpath !== undefined && { subpath },
    }),
  };
}

/** All transcripts of a project, or of a session. */
export async function sessionsOf(
  continuum: Continuum,
  key: Partial<SessionKey>,
): Promise<Session[]> {
  const sessions: Session[] = [];
  const list = continuum.list({ metadata: metadataOf(key), limit: 100 });
  for await (const conversation of list) {
    const { project_key, session_id, subpath } = restored(
      conversation.metadata[MEMBER],
    ) as Record<string, string>;
    if (project_key === undefined || session_id === undefined) continue;
    sessions.push({
      key: {
        projectKey: project_key,
        sessionId: session_id,
        ...subpath !== undefined && { subpath },
      },
      mtime: Date.parse(conversation.last_activity_at),
      conversation,
    });
  }
  return sessions;
}
