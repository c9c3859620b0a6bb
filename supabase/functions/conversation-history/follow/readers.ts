/** How many readers this process serves at a time, of one user and in total. */
import { Problem } from "../../_shared/problems/problem.ts";
import { READERS, READERS_PER_USER } from "./settings.ts";

const byUser = new Map<string, number>();
let total = 0;

/**
 * Counts another reader of the user, until the returned function is called.
 *
 * @throws {Problem} `rate_limited`, with Retry-After, if there are too many.
 */
export function takePlace(userId: string): () => void {
  const readers = byUser.get(userId) ?? 0;
  if (readers >= READERS_PER_USER) {
    throw new Problem("rate_limited", {
      detail: "Too many of your clients follow conversations at this time.",
    });
  }
  if (total >= READERS) {
    throw new Problem("rate_limited", {
      detail: "Too many clients follow conversations at this time.",
    });
  }
  byUser.set(userId, readers + 1);
  total++;

  let isLeft = false;
  return () => {
    if (isLeft) return;
    isLeft = true;
    total--;
    const left = (byUser.get(userId) ?? 1) - 1;
    if (left > 0) byUser.set(userId, left);
    else byUser.delete(userId);
  };
}
