/** The services behind the gateway: each the stack's own stand-in, or a real one at a URL. */
import { join } from "node:path";
import type { Replacements } from "./config.ts";
import { openDataApi } from "./data_api/service.ts";
import type { Database } from "./database.ts";
import { authService } from "./gateway/auth_api.ts";
import { forBrowsers } from "./gateway/cors.ts";
import { apiKeyClaims } from "./gateway/identity.ts";
import {
  dataApiService,
  elsewhere,
  type Service,
  storageService,
} from "./gateway/service.ts";
import type { SigningKey } from "./keys.ts";
import { createLite } from "./platform/lite.ts";
import type { Secrets } from "./stack_file.ts";
import { createStorageService } from "./storage/service.ts";

interface ServicesOptions {
  dataDir: string;
  apiUrl: string;
  /** With its migrations. */
  database: Database;
  secrets: Secrets;
  key: SigningKey;
  replace: Replacements;
  /** Takes what is to be closed with the stack. */
  parts: AsyncDisposableStack;
}

/** Opens what is not replaced. */
export async function openServices(
  { dataDir, apiUrl, database, secrets, key, replace, parts }: ServicesOptions,
): Promise<Record<string, Service>> {
  const keys = { key, secretKey: secrets.secretKey };
  const own: Record<string, () => Promise<Service>> = {
    async auth() {
      const lite = createLite(database.url, apiUrl);
      parts.defer(() => lite.close());
      await lite.open();
      return authService(lite, `${apiUrl}/auth/v1`, keys);
    },
    async rest() {
      const dataApi = await openDataApi(database.authenticatorUrl);
      parts.defer(() => dataApi.close());
      return dataApiService(dataApi, keys);
    },
    async storage() {
      const storage = await createStorageService({
        dbUrl: database.authenticatorUrl,
        filesDir: join(dataDir, "files"),
        verify: async (token) =>
          apiKeyClaims(token, keys) ?? await key.verify(token),
        urlSigningSecret: secrets.urlSigningSecret,
        publicUrl: `${apiUrl}/storage/v1`,
      });
      parts.defer(() => storage.close());
      return storageService(storage, keys);
    },
  };
  const urls: Record<string, string | undefined> = { ...replace };
  const services: Record<string, Service> = {};
  for (const [name, open] of Object.entries(own)) {
    const url = urls[name];
    services[name] = forBrowsers(
      url === undefined ? await open() : elsewhere(url, keys),
    );
  }
  return services;
}
