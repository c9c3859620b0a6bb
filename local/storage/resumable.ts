// Resumable uploads (tus 1.0.0), through the library that the real service is built on.
import { Buffer } from "node:buffer";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import { FileStore } from "npm:@tus/file-store@2.1.1";
// deno-lint-ignore no-import-prefix -- only the local stack uses it
import { Server as TusServer, type ServerOptions } from "npm:@tus/server@2.4.5";
import { join } from "node:path";
import { authenticate, bearer, service } from "./caller.ts";
import { parseMetadata } from "./body.ts";
import type { Deps, UploadTarget } from "./context.ts";
import { failure } from "./errors.ts";
import {
  requireBucketName,
  requireKey,
  requireMimeType,
  sizeLimit,
} from "./limits.ts";
import { type BucketRow, findBucket } from "./rows.ts";
import { verifySignature } from "./sign.ts";
import { complete, mayUpload } from "./upload.ts";

/** An upload nobody finished is gone after this. */
export const RESUMABLE_TTL_MS = 24 * 60 * 60 * 1000;

type Hook<K extends keyof ServerOptions> = Extract<
  NonNullable<ServerOptions[K]>,
  (...args: never[]) => unknown
>;
type TusRequest = Parameters<Hook<"onIncomingRequest">>[0];

/** Answers every tus request, below `/upload/resumable` and `/upload/resumable/sign`. */
export function createResumable(
  deps: Deps,
  folder: string,
  publicUrl: string,
): (request: Request) => Promise<Response> {
  const store = new FileStore({
    directory: folder,
    expirationPeriodInMilliseconds: RESUMABLE_TTL_MS,
  });
  // Filled before a hook that needs it runs, and gone with the request.
  const targets = new WeakMap<TusRequest, UploadTarget>();

  const bucketOf = (request: TusRequest, id: string): Promise<BucketRow> =>
    deps.db.as(
      service(request),
      operationOf(request),
      (sql) => findBucket(sql, parseId(id).bucket),
    );

  async function authorize(
    request: TusRequest,
    id: string,
  ): Promise<UploadTarget> {
    const { bucket, key } = parseId(id);
    const operation = operationOf(request);
    if (isSigned(request)) {
      const token = request.headers.get("x-signature");
      if (!token) {
        throw failure("invalidSignature", "Missing x-signature header");
      }
      const claims = await verifySignature(deps, token, bucket, key, "upload");
      const owner = typeof claims.owner === "string" ? claims.owner : undefined;
      const upsert = claims.upsert === true;
      return {
        bucket,
        key,
        owner,
        upsert,
        caller: service(request),
        operation,
      };
    }
    if (bearer(request) === undefined) {
      throw failure("accessDenied", "Invalid Compact JWS");
    }
    const caller = await authenticate(request, deps.verify);
    const upsert = request.headers.get("x-upsert") === "true";
    return { bucket, key, owner: caller.sub, upsert, caller, operation };
  }

  const server = new TusServer({
    path: "/upload/resumable",
    datastore: store,
    disableTerminationForFinishedUploads: true,
    allowedHeaders: [
      "Authorization",
      "X-Upsert",
      "Upload-Expires",
      "ApiKey",
      "x-signature",
    ],

    namingFunction(_request, metadata) {
      if (!metadata) throw failure("metadataRequired");
      return formatId(metadata.bucketName ?? "", metadata.objectName ?? "");
    },
    generateUrl: (request, { id }) =>
      `${publicUrl}/upload/resumable${isSigned(request) ? "/sign" : ""}/${
        encodeId(id)
      }`,
    getFileIdFromRequest: (request) => decodeId(new URL(request.url).pathname),

    maxSize: async (request, id) =>
      sizeLimit(
        id === null ? null : (await bucketOf(request, id)).file_size_limit,
      ),

    async onIncomingRequest(request, id) {
      const target = await authorize(request, id);
      targets.set(request, target);
      // As the real service: asked on every request that changes something, so a right that is
      // taken back ends the upload. The token of a signed URL was the permission.
      if (isSigned(request) || request.method === "HEAD") return;
      const declared = request.method === "POST"
        ? {
          metadata: parseHeader(request.headers.get("upload-metadata")),
          size: Number(request.headers.get("upload-length") ?? NaN),
        }
        : await store.getUpload(id);
      await mayUpload(
        deps,
        target,
        parseMetadata(declared.metadata?.metadata ?? ""),
        {
          mimetype: declared.metadata?.contentType ?? undefined,
          contentLength: Number.isFinite(declared.size)
            ? declared.size
            : undefined,
        },
      );
    },

    async onUploadCreate(request, upload) {
      const { allowed_mime_types } = await bucketOf(request, upload.id);
      const { contentType, cacheControl } = upload.metadata ?? {};
      if (contentType) requireMimeType(contentType, allowed_mime_types);
      const seconds = /^-?\d+$/.test(cacheControl ?? "");
      return {
        metadata: {
          ...upload.metadata,
          cacheControl: seconds ? `max-age=${cacheControl}` : "no-cache",
        },
      };
    },

    async onUploadFinish(request, upload) {
      const { bucket, key, version } = parseId(upload.id);
      const target = targets.get(request) ??
        await authorize(request, upload.id);
      // The upload stays until it expires, so that a client whose last answer was lost can ask.
      const stored = await deps.bytes.link(join(folder, upload.id), {
        bucket,
        key,
        version,
      });
      await complete(deps, request, target, version, stored, {
        mimeType: upload.metadata?.contentType ?? "application/octet-stream",
        cacheControl: upload.metadata?.cacheControl ?? "no-cache",
        userMetadata: parseMetadata(upload.metadata?.metadata ?? ""),
      });
      return { headers: { "Tus-Complete": "1" } };
    },
  });

  return async (request) => {
    // tus looks at a token only once it knows the upload; the real service looks first.
    if (!isSigned(request) && request.method !== "OPTIONS") {
      try {
        if (bearer(request) === undefined) {
          throw failure("accessDenied", "Invalid Compact JWS");
        }
        await authenticate(request, deps.verify);
      } catch (error) {
        await request.body?.cancel();
        throw error;
      }
    }
    return server.handleWeb(request);
  };
}

const isSigned = (request: TusRequest) =>
  /^\/upload\/resumable\/sign(\/|$)/.test(new URL(request.url).pathname);

function operationOf(request: TusRequest): string {
  const step =
    { POST: "create", HEAD: "get", DELETE: "delete" }[request.method] ?? "part";
  return `storage.tus.upload.${step}${isSigned(request) ? "_signed" : ""}`;
}

// An upload's id is `<bucket>/<key>/<version>`, which is also where its bytes go.

function formatId(bucket: string, key: string): string {
  const id = `${bucket}/${key}/${crypto.randomUUID()}`;
  parseId(id);
  return id;
}

function parseId(id: string) {
  const [bucket = "", ...rest] = id.split("/");
  const version = rest.pop() ?? "";
  const key = rest.join("/");
  requireBucketName(bucket);
  requireKey(key);
  if (!/^[0-9a-f-]{36}$/.test(version)) throw failure("invalidKey", key);
  return { bucket, key, version };
}

const encodeId = (id: string) => Buffer.from(id, "utf8").toString("base64url");

function decodeId(path: string): string | undefined {
  const last = /^\/upload\/resumable\/(?:sign\/)?([\w-]+)$/.exec(path)?.[1];
  if (!last || last === "sign") return undefined;
  const id = Buffer.from(last, "base64url").toString("utf8");
  parseId(id);
  return id;
}

function parseHeader(header: string | null): Record<string, string> {
  const pairs = (header ?? "").split(",").map((pair) => pair.trim().split(" "));
  return Object.fromEntries(
    pairs.map((
      [name = "", value = ""],
    ) => [name, Buffer.from(value, "base64").toString("utf8")]),
  );
}
