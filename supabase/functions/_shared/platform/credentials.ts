/** What requests to the Data API and to Storage carry. */
import { publishableKey, secretKey } from "./environment.ts";

/** A gateway requires an API key in addition to a user's token. A type and no interface, so that it is headers. */
export type Credentials = {
  apikey: string;
  /** A user's. */
  Authorization?: string;
};

/** Acts as the user of a token, under row level security. */
export function userCredentials(token: string): Credentials {
  return { apikey: publishableKey(), Authorization: `Bearer ${token}` };
}

/**
 * Acts with a secret key of the project, past row level security: with `key`, or else the one in the environment.
 * The gateway exchanges the key for a token, so the key is not sent in Authorization.
 */
export function secretCredentials(key = secretKey()): Credentials {
  return { apikey: key };
}
