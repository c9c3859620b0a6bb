import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";

/** The names of the deployed functions; each is the first segment of the paths that it sees. */
export type FunctionName =
  | "conversation-append"
  | "conversation-history"
  | "file-upload"
  | "file-download";

/** A supabase-js client that knows the schema. */
export type Db = SupabaseClient<Database>;

/** What middleware leaves for handlers in `c.var`. */
export interface Env {
  Variables: {
    requestId: string;
    functionName: FunctionName;
    /** Set by `requireUser`: acts as the caller, under row level security. */
    db: Db;
    /** Set by `requireUser`: the caller's `sub`. */
    userId: string;
    /** Set by `requireUser`: the caller's access token, verified. */
    token: string;
  };
}
