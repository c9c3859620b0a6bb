import type { Db } from "./database.ts";

/** The names of the deployed functions; each is the first segment of the paths that it sees. */
export type FunctionName =
  | "conversation-append"
  | "conversation-history"
  | "file-upload"
  | "file-download";

/** What middleware leaves for handlers in `c.var`. */
export interface Env {
  Variables: {
    requestId: string;
    functionName: FunctionName;
    /** Acts as the caller under row level security; on a maintenance route with the secret key. */
    db: Db;
    /** The caller's `sub`; unset on a maintenance route. */
    userId: string;
    /** The caller's access token, verified; unset on a maintenance route. */
    token: string;
    /** The JSON body as it was sent, on a route that takes one. */
    bodyText: string;
  };
}
