/** What requests to the Data API and to Storage carry. */
import { publishableKey, secretKey } from "./environment.ts";

/** A gateway requires an API key in addition to a user's token. */
export interface Credentials {
  apikey: string;
  Authorization: string;
}

/** Acts as the user of a token, under row level security. */
export function userCredentials(token: string): Credentials {
  return { apikey: publishableKey(), Authorization: `Bearer ${token}` };
}

/** Acts with a secret key of the project, past row level security: with `key`, or else the one in the environment. */
export function secretCredentials(key = secretKey()): Credentials {
  return { apikey: key, Authorization: `Bearer ${key}` };
}
