/** The list of conversations, as far as it has been scrolled, and open invitations. */
import type { Conversation } from "../../../client/src/index.ts";
import { signal } from "../lib/preact.ts";
import { background } from "../project/client.ts";

const PAGE = 30;

/** A change is often followed by another: the list is read once. */
const PAUSE_MS = 300;

/** Others write too. */
const REFRESH_MS = 20_000;

export const conversations = signal<Conversation[] | null>(null);
export const invitations = signal<Conversation[]>([]);
export const listError = signal<unknown>(null);
export const hasMore = signal(false);
export const showsArchived = signal(false);

/** How many conversations are shown. */
let wanted = PAGE;
let timer: ReturnType<typeof setTimeout> | undefined;
let round = 0;

/** The title of a conversation that is in the list. */
export function listedTitle(id: string): string | undefined {
  return conversations.peek()?.find((listed) => listed.id === id)?.title;
}

/** Reads the list again, soon. */
export function refreshList(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void readList(), PAUSE_MS);
}

export async function readList(): Promise<void> {
  const mine = ++round;
  clearTimeout(timer);
  try {
    const [page, invited] = await Promise.all([
      background().list({
        archived: showsArchived.peek() || undefined,
        limit: Math.min(wanted + 1, 100),
      }).all(wanted + 1),
      background().invitations().all(50),
    ]);
    if (mine !== round) return;
    conversations.value = page.slice(0, wanted);
    hasMore.value = page.length > wanted;
    invitations.value = invited;
    listError.value = null;
  } catch (error) {
    if (mine === round) listError.value = error;
  }
}

export async function showMore(): Promise<void> {
  wanted += PAGE;
  await readList();
}

export function showArchived(archived: boolean): void {
  showsArchived.value = archived;
  conversations.value = null;
  wanted = PAGE;
  void readList();
}

/** Reads the list now and then, and when one comes back to the page. Returns what ends that. */
export function watchList(): () => void {
  const refresh = () => {
    if (document.visibilityState === "visible") refreshList();
  };
  void readList();
  const interval = setInterval(refresh, REFRESH_MS);
  document.addEventListener("visibilitychange", refresh);
  return () => {
    clearInterval(interval);
    document.removeEventListener("visibilitychange", refresh);
    conversations.value = null;
    invitations.value = [];
  };
}
