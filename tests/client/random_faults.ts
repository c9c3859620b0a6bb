/** A network that fails at random, from a seed: about one request in three meets something. */
import type { Random } from "../lineage/random.ts";
import type { Fate, Fault } from "./unreliable_network.ts";

const HTML = {
  headers: { "Content-Type": "text/html" },
  body: "<!doctype html><title>Error</title><h1>Something went wrong</h1>",
};

function platform(status: number, code: string) {
  return {
    status,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code, message: "Function failed" }),
  };
}

/** What a busy API says, in its own words. */
const BUSY = {
  status: 429,
  headers: {
    "Content-Type": "application/problem+json",
    "Retry-After": "1",
    "x-should-retry": "true",
  },
  body: JSON.stringify({
    code: "rate_limited",
    status: 429,
    detail: "Too many requests.",
  }),
};

export function randomFaults(random: Random): Fault {
  const instead = (): Fate => {
    const carriedOut = random(2) === 0;
    switch (random(7)) {
      case 0:
        return { instead: BUSY, carriedOut: false };
      case 1:
        return { instead: { status: 429 }, carriedOut: false };
      case 2:
        return { instead: platform(503, "BOOT_ERROR"), carriedOut };
      case 3:
        return { instead: platform(504, "IDLE_TIMEOUT"), carriedOut };
      case 4:
        return { instead: platform(546, "WORKER_LIMIT"), carriedOut };
      case 5:
        return { instead: { ...HTML, status: 502 }, carriedOut };
      default:
        return { instead: { ...HTML, status: 200 }, carriedOut };
    }
  };
  return () => {
    switch (random(24)) {
      case 0:
        return "lost";
      case 1:
        return { cutRequestAfter: random(400) };
      case 2:
      case 3:
        return "unanswered";
      case 4:
      case 5:
        return { cutAnswerAfter: random(600) };
      case 6:
        // Rarely, since it takes the client's whole patience.
        return random(4) === 0 ? "silent" : "unanswered";
      case 7:
      case 8:
        return instead();
      default:
        return null;
    }
  };
}
