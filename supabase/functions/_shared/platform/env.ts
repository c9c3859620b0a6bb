import type { Credentials } from "./credentials.ts";
import type { Db } from "./data_api.ts";

/** The names of the deployed functions. Each is the first segment of the paths that the function receives. */
export type FunctionName =
  | "conversation-append"
  | "conversation-history"
  | "file-upload"
  | "file-download"
  | "openai"
  | "mcp";

/** What middleware puts into `c.var` for handlers. */
export interface Env {
  Variables: {
    requestId: string;
    functionName: FunctionName;
    /** Acts as the caller, under row level security. On a maintenance route it acts with a secret key. */
    db: Db;
    /** The caller's user id. Not set on a maintenance route. */
    userId: string;
    /** The caller's verified access token. Not set on a maintenance route. */
    token: string;
    /** The caller's, for requests to Storage. On a maintenance route they hold a secret key. */
    credentials: Credentials;
    /** The JSON body as it was sent, if the route declares one. */
    bodyText: string;
    /** What is left of the caller's rate limit, if there is one. */
    rateLimitHeaders?: Record<string, string>;
  };
}
