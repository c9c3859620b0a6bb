/** What is behind the gateway. */
import type { Replacements } from "../config.ts";
import type { DataApi } from "../data_api/service.ts";
import type { Functions } from "../functions/serve.ts";
import type { SigningKey } from "../keys.ts";
import type { Lite } from "../platform/lite.ts";

export interface StorageService {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export interface Backend {
  publicUrl: string;
  key: SigningKey;
  secretKey: string;
  functions: Functions;
  /** Asked for Auth, unless `replace` names another. */
  lite: Lite;
  /** null where `replace` names another. */
  dataApi: DataApi | null;
  /** null where `replace` names another. */
  storage: StorageService | null;
  replace: Replacements;
}
