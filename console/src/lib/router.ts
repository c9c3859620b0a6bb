/** Where one is in the console, in the address after `#`: any web host serves that, below any path. */
import { signal } from "./preact.ts";

export type Tab = "messages" | "context" | "files";

export type Route =
  | { page: "home" }
  | { page: "new" }
  | { page: "files" }
  | { page: "reference" }
  | { page: "settings" }
  | {
    page: "conversation";
    /** The conversation's `id` or the user's own name for it. */
    id: string;
    tab: Tab;
    /** A position to begin at, such as that of a search hit. */
    at: number | null;
  };

export const route = signal<Route>(parse(location.hash));

/** The address of a conversation. */
export function conversationHref(
  id: string,
  tab: Tab = "messages",
  at: number | null = null,
): string {
  const path = `#/c/${encodeURIComponent(id)}`;
  const rest = tab === "messages" ? "" : `/${tab}`;
  return `${path}${rest}${at === null ? "" : `?at=${at}`}`;
}

/** Goes to an address. `replace` leaves no entry in the history. */
export function go(href: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", href);
    route.value = parse(href);
  } else location.hash = href;
}

/** Follows the address from now on. */
export function watchRoute(): void {
  addEventListener("hashchange", () => route.value = parse(location.hash));
}

function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [page, id, tab] = path.split("/");
  if (page === "c" && id) {
    const at = Number(new URLSearchParams(search).get("at"));
    return {
      page: "conversation",
      id: safelyDecoded(id),
      tab: tab === "context" || tab === "files" ? tab : "messages",
      at: Number.isInteger(at) && at > 0 ? at : null,
    };
  }
  return page === "new" || page === "files" || page === "reference" ||
      page === "settings"
    ? { page }
    : { page: "home" };
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
