/** A request that an action of the user has sent. */

/** A request, and how it was answered. */
export interface Call {
  id: number;
  method: string;
  /** Below `/functions/v1/`, with its query. */
  path: string;
  /** Without the token and the key. */
  headers: [name: string, value: string][];
  /** JSON; null if there is none. */
  body: string | null;
  /** The name of the file that is the body. */
  file: string | null;
  /** null until it is answered; 0 if it never was. */
  status: number | null;
  ms: number;
  /** The answer as JSON, if it is that. */
  answer: string | null;
}
