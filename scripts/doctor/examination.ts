/** What the checks of one run share: the project, what it should be, and what earlier checks have found. */
import type { Account } from "./accounts.ts";
import type { Expected } from "./expected.ts";
import { type Answer, ask, type RequestOptions } from "./request.ts";
import type { Target } from "./target.ts";

export interface Examination {
  target: Target;
  expected: Expected;
  facts: Facts;
  /** Asks the project for a path such as `/auth/v1/health`. */
  ask(path: string, options?: RequestOptions): Promise<Answer>;
}

/** Filled in by checks, for those that need them. */
export interface Facts {
  /** The answer of Auth where it publishes its keys. */
  jwks?: Answer;
  /** Auth's settings, as it publishes them. */
  auth?: { disable_signup?: boolean; mailer_autoconfirm?: boolean };
  /** Whether the project takes the secret key. */
  hasSecretKey?: boolean;
  /** The newest migration that is applied; null if none is. */
  schemaVersion?: string | null;
  /** Whether a job of pg_cron sweeps this project. */
  isSwept?: boolean;
  owner?: Account;
  stranger?: Account;
  /** What the round trip has stored. */
  stored?: Stored;
}

export interface Stored {
  continuationId: string;
  conversationId: string;
  fileId?: string;
  text: string;
}

export function examine(target: Target, expected: Expected): Examination {
  return {
    target,
    expected,
    facts: {},
    ask: (path, options) => ask(target.url + path, options),
  };
}

/** The headers of a user's request to a function. */
export function asUser(
  { target }: Examination,
  account: Account | undefined,
): Record<string, string> {
  return {
    ...asVisitor(target),
    ...(account && { Authorization: `Bearer ${account.token}` }),
  };
}

/** The headers of a request of somebody who is not signed in. */
export function asVisitor(
  { publishableKey }: Target,
): Record<string, string> {
  return publishableKey === undefined ? {} : { apikey: publishableKey };
}

/** The headers of a request with a secret key. A legacy key is a token and goes into both. */
export function asSecret({ secretKey = "" }: Target): Record<string, string> {
  return {
    apikey: secretKey,
    ...(secretKey.includes(".") && { Authorization: `Bearer ${secretKey}` }),
  };
}
