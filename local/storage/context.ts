// What every route works with.
import type { Claims } from "../keys.ts";
import type { Bytes } from "./bytes.ts";
import type { Database } from "./db.ts";
import type { Signer } from "./sign.ts";

export interface Deps {
  db: Database;
  bytes: Bytes;
  signer: Signer;
  /** The claims of a caller's token. Throws with the sentence that the caller reads. */
  verify(token: string): Promise<Claims>;
}

/** The name of an object. */
export interface Name {
  bucket: string;
  key: string;
}
