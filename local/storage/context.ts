// What every route works with.
import type { Bytes } from "./bytes.ts";
import type { Caller } from "./caller.ts";
import type { Database } from "./db.ts";
import type { Claims, Signer } from "./tokens.ts";

export interface Deps {
  db: Database;
  bytes: Bytes;
  signer: Signer;
  verify(token: string): Promise<Claims>;
}

/** For whom an upload, and the row that it becomes, is allowed. */
export interface UploadTarget {
  bucket: string;
  key: string;
  /** The owner that the row will have. */
  owner: string | undefined;
  upsert: boolean;
  /** Under whom the policies are asked: the user, or the service for signed uploads. */
  caller: Caller;
  operation: string;
}
