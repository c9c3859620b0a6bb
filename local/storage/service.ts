// The local storage service: the Storage API, as far as storage-js and tus-js-client use it.
// See README.md for what differs from the real one.
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { resolve } from "node:path";
import { Problem } from "../../supabase/functions/_shared/problems/problem.ts";
import { folders, openBytes } from "./bytes.ts";
import { removeOrphans } from "./cleaner.ts";
import type { Deps } from "./context.ts";
import { openDatabase } from "./db.ts";
import { failure, StorageError } from "./errors.ts";
import { createResumable } from "./resumable.ts";
import { manageRoutes } from "./routes_manage.ts";
import { bucketRoutes, readRoutes } from "./routes_read.ts";
import { writeRoutes } from "./routes_write.ts";
import { createSigner } from "./sign.ts";

export interface StorageOptions {
  /** Connects as a role that may `set role` to anon, authenticated and service_role. */
  dbUrl: string;
  /** Where the bytes are. Created when absent; nothing else may write there. */
  filesDir: string;
  verify: Deps["verify"];
  urlSigningSecret: string;
  /** How clients reach the service, such as `http://127.0.0.1:54321/storage/v1`. */
  publicUrl: string;
}

export interface StorageService {
  /** Answers a request whose path comes after `/storage/v1`. Never throws. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Starts the service, after removing what a crash left behind. */
export async function createStorageService(
  options: StorageOptions,
): Promise<StorageService> {
  const root = resolve(options.filesDir);
  const bytes = await openBytes(root);
  const db = openDatabase(options.dbUrl);
  const deps = {
    db,
    bytes,
    signer: createSigner(options.urlSigningSecret),
    verify: options.verify,
  };
  try {
    await removeOrphans(db, root);
  } catch (error) {
    await db.close();
    throw error;
  }

  const resumable = createResumable(
    deps,
    folders(root).resumable,
    options.publicUrl,
  );
  const app = new Hono();
  app.all("/upload/resumable/*", (c) => resumable(c.req.raw));
  app.use(cors({ origin: "*" }));
  app.route("/bucket", bucketRoutes(deps));
  app.all("/object/public/*", (c) => c.notFound());
  // Named routes before those that take any bucket's name.
  app.route("/object", manageRoutes(deps));
  app.route("/object", readRoutes(deps));
  app.route("/object", writeRoutes(deps));
  // The one place that refuses what only the real service does, whoever asks.
  app.notFound((c) =>
    c.json({
      message:
        `Route ${c.req.method}:${c.req.path} not found. local/storage/README.md lists the routes of the local stack.`,
      error: "Not Found",
      statusCode: 404,
    }, 404)
  );
  app.onError(answer);

  return {
    fetch: async (request) => await app.fetch(request),
    close: () => db.close(),
  };
}

function answer(error: Error, c: Context): Response {
  const known = error instanceof StorageError
    ? error
    : failure(error instanceof Problem ? "noContent" : "internal", "", error);
  if (known.code >= 500) {
    console.error(JSON.stringify({
      event: "storage_error",
      route: `${c.req.method} ${c.req.path}`,
      status: known.code,
      cause: String(known.cause ?? known),
    }));
  }
  return known.toResponse();
}
