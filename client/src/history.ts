/** Reads the messages of a conversation. */
import type { Http } from "./http.ts";
import { Pages } from "./pages.ts";
import type { CallOptions, Message, Page } from "./types.ts";

export interface MessagesOptions extends CallOptions {
  /** Only messages after this position (with `view: "log"`, this seq). */
  after?: number | undefined;
  /** Only messages before this position (with `view: "log"`, this seq). */
  before?: number | undefined;
  /** `line`, the default: the conversation as it now reads. `log`: every message that was ever stored. */
  view?: "line" | "log" | undefined;
  /** Reads from the newest message to the oldest. Within a page, messages are still oldest first. */
  newestFirst?: boolean | undefined;
  /** The number of messages per request, 1 to 500. A page of large messages has fewer. */
  limit?: number | undefined;
}

/** The messages of the conversation at `url`. */
export function messagePages(
  http: Http,
  url: string,
  options: MessagesOptions,
): Pages<Page, Message> {
  const { after, before, view, newestFirst, limit } = options;
  const place = (message: Message) =>
    view === "log" ? message.seq : message.position;
  return new Pages<Page, Message>({
    read: (position) =>
      http.get(url, options, {
        view,
        limit,
        // With `after`, a page begins with the oldest message; without it, it ends with the newest.
        ...(newestFirst
          ? { before: position as number | undefined ?? before }
          : { after: position as number | undefined ?? after ?? 0, before }),
      }),
    next(page) {
      const last = newestFirst ? page.messages.at(0) : page.messages.at(-1);
      if (!page.has_more || last === undefined) return undefined;
      const position = place(last);
      return newestFirst && position <= (after ?? 0) + 1 ? undefined : position;
    },
    items(page) {
      const messages = newestFirst
        ? page.messages.filter((message) => place(message) > (after ?? 0))
        : page.messages;
      return newestFirst ? [...messages].reverse() : messages;
    },
  });
}
