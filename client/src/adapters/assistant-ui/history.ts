/** assistant-ui's ThreadHistoryAdapter. */
import type {
  GenericThreadHistoryAdapter,
  MessageFormatAdapter,
  ThreadHistoryAdapter,
} from "@assistant-ui/react";
import type { Continuum } from "../../continuum.ts";
import { MessageFiles } from "../shared/message_files.ts";
import type { Codec, Item } from "./codec.ts";
import { formattedMessages } from "./formatted.ts";
import { threadMessages } from "./thread_message.ts";
import { type Loaded, ThreadLog } from "./thread_log.ts";

/** The thread of a runtime: it has no conversation before its first message. */
export interface ThreadItem {
  getState(): { remoteId?: string | undefined };
  initialize(): Promise<{ remoteId: string }>;
}

/** Data URLs with more characters are stored as files. */
const INLINE_BYTES = 65_536;

/**
 * The messages of a thread, with all their branches.
 *
 * @param thread a conversation's name or `id`, or a function that gives the thread item of the runtime.
 */
export function threadHistory(
  continuum: Continuum,
  thread: string | (() => ThreadItem | undefined),
): ThreadHistoryAdapter & Required<Pick<ThreadHistoryAdapter, "withFormat">> {
  const files = new MessageFiles(continuum, "link", INLINE_BYTES);
  const item = typeof thread === "string" ? () => fixed(thread) : thread;
  const own = logs(continuum, item, threadMessages(files));
  return {
    ...typeof thread === "string" && { scopeId: thread },
    load: own.load,
    append: own.append,
    update: own.update,
    delete: own.delete,
    withFormat<M, S extends Record<string, unknown>>(
      format: MessageFormatAdapter<M, S>,
    ): GenericThreadHistoryAdapter<M> {
      const { load, append, update, pin, delete: remove } = logs(
        continuum,
        item,
        formattedMessages(format, files),
      );
      return {
        load,
        pin,
        append,
        update: (item) => update(item),
        delete: remove,
      };
    },
  };
}

/** A thread that is one conversation. */
function fixed(remoteId: string): ThreadItem {
  return {
    getState: () => ({ remoteId }),
    initialize: () => Promise.resolve({ remoteId }),
  };
}

/** Reads and writes the log of whichever thread is the current one. */
function logs<I extends Item<unknown>>(
  continuum: Continuum,
  current: () => ThreadItem | undefined,
  codec: Codec<I>,
) {
  const known = new Map<string, ThreadLog<I>>();
  let pinned: ThreadItem | undefined;
  const logOf = (id: string) => {
    let log = known.get(id);
    if (log === undefined) {
      log = new ThreadLog(continuum.conversation(id), codec);
      known.set(id, log);
    }
    return log;
  };
  /** Writes go on in the order in which they were asked for. */
  let last: Promise<unknown> = Promise.resolve();
  /** The log of the thread, which is created if need be. */
  const written = (): Promise<ThreadLog<I>> => {
    const item = pinned ?? current();
    if (item === undefined) throw new TypeError("There is no thread.");
    const log = last.then(() => item.initialize())
      .then(({ remoteId }) => logOf(remoteId));
    last = log.catch(() => {});
    return log;
  };
  return {
    pin() {
      pinned = current();
    },
    async load(): Promise<Loaded<I>> {
      const remoteId = (pinned ?? current())?.getState().remoteId;
      return remoteId === undefined
        ? { headId: null, messages: [] }
        : await logOf(remoteId).load();
    },
    append: async (item: I) => await (await written()).append(item),
    update: async (item: I) => await (await written()).update(item),
    delete: async (items: I[]) => await (await written()).delete(items),
  };
}
