/**
 * Tells waiting readers that their conversation has changed. A function cannot listen to the database for long, so
 * it looks: one call for all waiting readers of a user, often after a change and seldom when nothing happens. What
 * has changed is read by the readers.
 */
import type { Db } from "../../_shared/platform/data_api.ts";
import { callWith } from "../../_shared/platform/database.ts";
import {
  type Problem,
  problemFromUnknown,
} from "../../_shared/problems/problem.ts";
import { workerEnds } from "./worker.ts";

/** `quiet`: the time is over, or the worker is about to end. */
export type News = "changed" | "quiet";

/** What a reader waits for. */
export interface Wait {
  userId: string;
  db: Db;
  /** The token of `db`. */
  token: string;
  /** The conversation's id, or its name if the user saw no such conversation. */
  conversation: { id: string } | { name: string };
  /** The version that the reader has read. */
  version: string | null;
  ms: number;
  signal: AbortSignal;
}

interface Waiter extends Wait {
  settle: (news: News | Problem) => void;
}

/** A user's waiting readers. */
interface Watch {
  waiters: Set<Waiter>;
  /** When the next look is due, and when a change was last seen. Both in milliseconds. */
  dueAt: number;
  changedAt: number;
  failures: number;
  isLooking: boolean;
}

/** How long after a change a user's conversations are looked at how often. In milliseconds. */
const PACES = [
  { until: 10_000, every: 200 },
  { until: 60_000, every: 500 },
  { until: Infinity, every: 1000 },
];

/** Looks at a time, so that they leave connections of the Data API to other requests. */
const AT_ONCE = 4;

/** The least time between the starts of two looks, in milliseconds: with many users, each has to wait longer. */
const SPACING_MS = 8;

/** The database was asked this often in vain before waiting readers are told. */
const PATIENCE = 4;

/** Conversations that one call may name. */
const PER_LOOK = 1000;

const watches = new Map<string, Watch>();
let looking = 0;
let startedAt = -Infinity;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Waits until the conversation has another version than the reader has read, or until the time is over. A change
 * that was committed before this call is noticed too, by the next look.
 *
 * @throws {Problem} `invalid_token`, or what the database failed with again and again.
 */
export async function changeOf(wait: Wait): Promise<News> {
  if (workerEnds.aborted || wait.signal.aborted) return "quiet";
  const { promise, resolve, reject } = Promise.withResolvers<News>();
  const watch = watchOf(wait.userId);
  const waiter: Waiter = {
    ...wait,
    settle: (news) => typeof news === "string" ? resolve(news) : reject(news),
  };
  const quiet = () => resolve("quiet");
  const timeout = setTimeout(quiet, wait.ms);
  wait.signal.addEventListener("abort", quiet, { once: true });
  workerEnds.addEventListener("abort", quiet, { once: true });
  watch.waiters.add(waiter);
  schedule();
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
    wait.signal.removeEventListener("abort", quiet);
    workerEnds.removeEventListener("abort", quiet);
    watch.waiters.delete(waiter);
  }
}

function watchOf(userId: string): Watch {
  const known = watches.get(userId);
  if (known !== undefined) return known;
  const now = performance.now();
  const watch = {
    waiters: new Set<Waiter>(),
    dueAt: now + paceAt(0),
    changedAt: now,
    failures: 0,
    isLooking: false,
  };
  watches.set(userId, watch);
  return watch;
}

function paceAt(quietMs: number): number {
  return PACES.find(({ until }) => quietMs < until)?.every ?? 1000;
}

/** Starts the looks that are due, the most overdue first, and comes back when the next one is. */
function schedule(): void {
  clearTimeout(timer);
  timer = undefined;
  while (looking < AT_ONCE) {
    const next = mostOverdue();
    if (next === null) return;
    const now = performance.now();
    const at = Math.max(next.dueAt, startedAt + SPACING_MS);
    if (at > now) {
      timer = setTimeout(schedule, at - now);
      return;
    }
    startedAt = now;
    void look(next);
  }
}

/** The watch to look at next. Watches that nobody waits at are forgotten when they are due. */
function mostOverdue(): Watch | null {
  const now = performance.now();
  let first: Watch | null = null;
  for (const [userId, watch] of watches) {
    if (watch.isLooking) continue;
    if (watch.waiters.size === 0 && watch.dueAt <= now) watches.delete(userId);
    else if (first === null || watch.dueAt < first.dueAt) first = watch;
  }
  return first;
}

async function look(watch: Watch): Promise<void> {
  looking++;
  watch.isLooking = true;
  // Those who come during the look wait for the next: this one may not see what they have seen.
  const waiters = [...watch.waiters].slice(0, PER_LOOK);
  const [first] = waiters;
  try {
    if (first !== undefined && await hasNews(first, waiters)) {
      watch.changedAt = performance.now();
    }
    watch.failures = 0;
  } catch (error) {
    fail(watch, waiters, problemFromUnknown(error));
  }
  const now = performance.now();
  watch.dueAt = now +
    paceAt(now - watch.changedAt) * 2 ** watch.failures;
  watch.isLooking = false;
  looking--;
  schedule();
}

/** Looks with the client of `first`, and settles those whose conversation has changed. */
async function hasNews(first: Waiter, waiters: Waiter[]): Promise<boolean> {
  const ids = new Map<string, Waiter[]>();
  const names = new Map<string, Waiter[]>();
  for (const waiter of waiters) {
    const { conversation } = waiter;
    const [places, key] = "id" in conversation
      ? [ids, conversation.id]
      : [names, conversation.name];
    places.set(key, [...places.get(key) ?? [], waiter]);
  }
  const versions: (string | null)[] = JSON.parse(
    await callWith(first.db, "follow_conversations", {
      ids: [...ids.keys()],
      names: [...names.keys()],
    }),
  );
  const changed = [...ids.values(), ...names.values()].flatMap(
    (group, index) =>
      group.filter(({ version }) => version !== versions[index]),
  );
  for (const { settle } of changed) settle("changed");
  return changed.length > 0;
}

/** A token that is refused ends the waiting of those who have it; another failure may pass. */
function fail(watch: Watch, waiters: Waiter[], problem: Problem): void {
  if (problem.code === "invalid_token") {
    const refused = waiters[0]?.token;
    for (const waiter of waiters) {
      if (waiter.token === refused) waiter.settle(problem);
    }
    return;
  }
  watch.failures++;
  if (watch.failures < PATIENCE) return;
  for (const { settle } of waiters) settle(problem);
  watch.failures = 0;
}
