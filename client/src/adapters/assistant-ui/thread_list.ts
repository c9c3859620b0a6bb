/** assistant-ui's RemoteThreadListAdapter: conversations as threads. */
import type {
  RemoteThreadListAdapter,
  ThreadMessage,
} from "@assistant-ui/react";
import type { Continuum } from "../../continuum.ts";
import { ContinuumError } from "../../error.ts";
import { randomName } from "../../names.ts";
import type { Conversation } from "../../types.ts";
import { deleteConversation } from "../shared/deleting.ts";
import { firstWords, titleStream } from "./title.ts";

export interface ThreadListOptions {
  /** Which conversations are threads: those whose continuation id begins with this. New ones do. */
  prefix?: string | undefined;
  /** Which conversations are threads: those whose metadata contains this. New ones do. */
  metadata?: Record<string, unknown> | undefined;
  /** How many threads are listed at once, 1 to 100. The default is 50. */
  limit?: number | undefined;
  /** Makes a title from the first messages. By default, it is the beginning of the first one. */
  generateTitle?:
    | ((messages: readonly ThreadMessage[]) => string | Promise<string>)
    | undefined;
}

type Metadata = Awaited<ReturnType<RemoteThreadListAdapter["fetch"]>>;

/** A place in the list: the threads in use come first, then those that are archived. */
interface Place {
  archived: boolean;
  cursor: string | null;
}

const LIMIT = 50;

/** The longest title of the API. */
const TITLE_CHARACTERS = 200;

export function threadListOf(
  continuum: Continuum,
  options: ThreadListOptions = {},
):
  & RemoteThreadListAdapter
  & Required<
    Pick<RemoteThreadListAdapter, "unarchive" | "updateCustom">
  > {
  const { prefix = "", metadata, limit = LIMIT } = options;
  const { generateTitle = firstWords } = options;
  /** The names of threads that are being created, so that a second try does not create another one. */
  const names = new Map<string, string>();

  async function pageAt(place: Place) {
    const { archived, cursor } = place;
    const list = continuum.list({
      archived,
      prefix: prefix || undefined,
      metadata,
      limit,
      cursor: cursor ?? undefined,
    });
    const { conversations, next_cursor } = await list.page();
    return { threads: conversations.map(metadataOf), cursor: next_cursor };
  }

  return {
    async list({ after } = {}) {
      const place: Place = after === undefined
        ? { archived: false, cursor: null }
        : JSON.parse(after);
      const { threads, cursor } = await pageAt(place);
      if (cursor !== null) {
        return { threads, nextCursor: JSON.stringify({ ...place, cursor }) };
      }
      if (place.archived) return { threads };
      const archived = await pageAt({ archived: true, cursor: null });
      return {
        threads: [...threads, ...archived.threads],
        ...archived.cursor !== null && {
          nextCursor: JSON.stringify({
            archived: true,
            cursor: archived.cursor,
          }),
        },
      };
    },

    async initialize(threadId, { custom } = {}) {
      const name = names.get(threadId) ?? prefix + randomName();
      names.set(threadId, name);
      const { conversation } = await continuum.conversation(name).append([], {
        metadata: { ...metadata, ...customMetadata(custom) },
      });
      return {
        remoteId: conversation.id,
        externalId: conversation.continuation_id,
      };
    },

    async rename(remoteId, title) {
      await continuum.conversation(remoteId).update({ title });
    },

    async updateCustom(remoteId, custom) {
      await continuum.conversation(remoteId).update({
        metadata: { assistant_ui: null, ...customMetadata(custom) },
      });
    },

    async archive(remoteId) {
      await continuum.conversation(remoteId).update({ archived: true });
    },

    async unarchive(remoteId) {
      await continuum.conversation(remoteId).update({ archived: false });
    },

    async delete(remoteId) {
      const conversation = continuum.conversation(remoteId);
      try {
        await deleteConversation(conversation);
      } catch (error) {
        const isShared = error instanceof ContinuumError &&
          error.code === "owner_only";
        if (!isShared) throw error;
        await conversation.decline();
      }
    },

    async generateTitle(remoteId, messages) {
      const text = (await generateTitle(messages)).trim();
      const title = [...text].slice(0, TITLE_CHARACTERS).join("");
      if (title) await continuum.conversation(remoteId).update({ title });
      return titleStream(title);
    },

    async fetch(threadId) {
      const { conversation } = await continuum.conversation(threadId).get();
      if (conversation === null) {
        throw new ContinuumError({
          code: "not_found",
          status: 404,
          detail: `There is no thread ${threadId} that you may see.`,
        });
      }
      return metadataOf(conversation);
    },
  };
}

/**
 * The custom metadata of a thread as metadata of a conversation. It is within an array, since a change of an object
 * would be merged with what is there.
 */
function customMetadata(
  custom: Record<string, unknown> | undefined,
): Record<string, unknown> {
  return custom === undefined ? {} : { assistant_ui: [custom] };
}

function metadataOf(conversation: Conversation): Metadata {
  const { title, continuation_id, metadata } = conversation;
  const [custom] = (metadata.assistant_ui ?? []) as Record<string, unknown>[];
  return {
    status: conversation.archived_at === null ? "regular" : "archived",
    remoteId: conversation.id,
    externalId: continuation_id,
    title: isDefaultTitle(title, continuation_id) ? undefined : title,
    lastMessageAt: new Date(conversation.last_activity_at),
    custom,
  };
}

/** Whether nobody has given a title: it then begins as the continuation id does. */
function isDefaultTitle(title: string, continuationId: string): boolean {
  const [, begin] = /^Conversation (.+)$/s.exec(title) ?? [];
  return begin !== undefined && begin.length <= 8 &&
    continuationId.startsWith(begin);
}
