/** The bounds of following. Each can be set by an environment variable. */
import { variable } from "../../_shared/platform/environment.ts";

/** @throws {Error} if the variable is set and not a whole number of at least 1. */
function setting(name: string, fallback: number): number {
  const text = variable(name);
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new Error(`${name} must be a whole number of at least 1`);
  }
  return Number(text);
}

/**
 * How long a stream lasts, in milliseconds. A worker of Supabase's free plan lives for 150 s and takes requests
 * during the first half, so a stream of 60 s ends before its worker does.
 */
export const STREAM_MS = 1000 * setting("FOLLOW_STREAM_SECONDS", 60);

/** The longest time that an answer in JSON waits, in milliseconds: proxies cut requests that are silent for 30 s. */
export const WAIT_MS = 1000 * setting("FOLLOW_WAIT_SECONDS", 25);

/** A stream is never silent for longer, in milliseconds: proxies and platforms cut connections that are. */
export const HEARTBEAT_MS = 1000 * setting("FOLLOW_HEARTBEAT_SECONDS", 15);

/** A reader that takes nothing for this long is cut, in milliseconds. It can resume. */
export const STALL_MS = 1000 * setting("FOLLOW_STALL_SECONDS", 20);

/** Readers of one user in this process at a time. */
export const READERS_PER_USER = setting("FOLLOW_READERS_PER_USER", 100);

/** Readers of this process at a time. */
export const READERS = setting("FOLLOW_READERS", 500);
