/**
 * Bounds the memory of pieces of logs that readers have not taken yet. A reader holds one piece at most, and a
 * piece has 256 KiB, or a single message of up to 5 MiB. So many slow readers together could still hold too much.
 */

const MAX_BYTES = 48 * 1024 * 1024;

/** So that one user's slow readers leave room for those of others. */
const MAX_BYTES_PER_USER = 12 * 1024 * 1024;

/** What a piece counts for until it has been read. */
const EXPECTED_BYTES = 256 * 1024;

/** Room for one piece. */
export interface Room {
  /** Counts what the piece really has. */
  resize(bytes: number): void;
  /** Gives the room back. May be called again. */
  leave(): void;
}

interface Waiting {
  userId: string;
  enter: (room: Room) => void;
}

const byUser = new Map<string, number>();
const waiting = new Set<Waiting>();
let total = 0;

/**
 * Room for a piece of the user's, as soon as there is some.
 *
 * @throws the signal's reason once it aborts.
 */
export async function takeRoom(
  userId: string,
  signal: AbortSignal,
): Promise<Room> {
  signal.throwIfAborted();
  if (hasRoom(userId)) return roomFor(userId);
  const { promise, resolve, reject } = Promise.withResolvers<Room>();
  const entry = { userId, enter: resolve };
  const giveUp = () => {
    waiting.delete(entry);
    reject(signal.reason);
  };
  waiting.add(entry);
  signal.addEventListener("abort", giveUp, { once: true });
  return await promise.finally(() =>
    signal.removeEventListener("abort", giveUp)
  );
}

function hasRoom(userId: string): boolean {
  return total < MAX_BYTES && (byUser.get(userId) ?? 0) < MAX_BYTES_PER_USER;
}

function roomFor(userId: string): Room {
  let held = 0;
  const resize = (bytes: number) => {
    count(userId, bytes - held);
    held = bytes;
  };
  resize(EXPECTED_BYTES);
  return {
    resize,
    leave() {
      resize(0);
      admitWaiting();
    },
  };
}

function count(userId: string, bytes: number): void {
  total += bytes;
  const held = (byUser.get(userId) ?? 0) + bytes;
  if (held > 0) byUser.set(userId, held);
  else byUser.delete(userId);
}

/** Those who have waited longest come first. */
function admitWaiting(): void {
  for (const entry of waiting) {
    if (!hasRoom(entry.userId)) continue;
    waiting.delete(entry);
    entry.enter(roomFor(entry.userId));
  }
}
