// Resumable uploads (tus 1.0.0), through the library that the real service is built on.
import { join } from "node:path";
import { FileStore } from "npm:@tus/file-store@2.1.1";
import {
  Metadata,
  Server as TusServer,
  type ServerOptions,
  type Upload,
} from "npm:@tus/server@2.4.5";
import { parseMetadata } from "./body.ts";
import { service } from "./caller.ts";
import type { Deps, Name } from "./context.ts";
import { failure } from "./errors.ts";
import { requireKey, requireMimeType, sizeLimit } from "./limits.ts";
import { type BucketRow, findBucket } from "./rows.ts";
import { ownTarget, signedTarget, type UploadTarget } from "./target.ts";
import { complete, mayUpload } from "./upload.ts";

/** An upload nobody finished is gone after this. */
export const RESUMABLE_TTL_MS = 24 * 60 * 60 * 1000;

type Hook<K extends keyof ServerOptions> = Extract<
  NonNullable<ServerOptions[K]>,
  (...args: never[]) => unknown
>;
type TusRequest = Parameters<Hook<"onIncomingRequest">>[0];

/**
 * Answers every tus request, below `/upload/resumable` and `/upload/resumable/sign`. The id of an upload is
 * the version of the object that it becomes, and the name of its file in `folder`.
 */
export function createResumable(
  deps: Deps,
  folder: string,
  publicUrl: string,
): (request: Request) => Promise<Response> {
  const store = new FileStore({
    directory: folder,
    expirationPeriodInMilliseconds: RESUMABLE_TTL_MS,
  });

  /** What a client says of an upload in the request that begins it, and what is kept of that. */
  const declaredOf = async (request: TusRequest, id: string) =>
    request.method === "POST"
      ? {
        metadata: Metadata.parse(
          request.headers.get("upload-metadata") ?? undefined,
        ),
        size: Number(request.headers.get("upload-length")) || undefined,
      }
      : await store.getUpload(id);

  async function bucketOf(request: TusRequest, id: string): Promise<BucketRow> {
    const { bucket } = nameIn((await declaredOf(request, id)).metadata);
    return await deps.db.as(
      service(request),
      operationOf(request),
      (sql) => findBucket(sql, bucket),
    );
  }

  async function targetOf(
    request: TusRequest,
    name: Name,
  ): Promise<UploadTarget> {
    const operation = operationOf(request);
    if (!isSigned(request)) {
      return await ownTarget(deps, request, name, operation);
    }
    const token = request.headers.get("x-signature");
    if (!token) throw failure("invalidSignature", "Missing x-signature header");
    return await signedTarget(deps, request, token, name, operation);
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

    namingFunction: () => crypto.randomUUID(),
    generateUrl: (request, { id }) =>
      `${publicUrl}/upload/resumable${isSigned(request) ? "/sign" : ""}/${id}`,
    getFileIdFromRequest: (request) =>
      /\/([0-9a-f-]{36})$/.exec(new URL(request.url).pathname)?.[1],

    maxSize: async (request, id) =>
      sizeLimit(
        id === null ? null : (await bucketOf(request, id)).file_size_limit,
      ),

    async onIncomingRequest(request, id) {
      const { metadata, size } = await declaredOf(request, id);
      const target = await targetOf(request, nameIn(metadata));
      // As the real service: asked on every request that changes something, so a right that is
      // taken back ends the upload. The token of a signed URL was the permission.
      if (isSigned(request) || request.method === "HEAD") return;
      await mayUpload(deps, target, parseMetadata(metadata?.metadata ?? ""), {
        mimetype: metadata?.contentType ?? undefined,
        contentLength: size,
      });
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

    async onUploadFinish(request, { id, metadata }) {
      const name = nameIn(metadata);
      const target = await targetOf(request, name);
      // The upload stays until it expires, so that a client whose last answer was lost can ask.
      const place = { ...name, version: id };
      const stored = await deps.bytes.link(join(folder, id), place);
      await complete(deps, request, target, id, stored, {
        mimeType: metadata?.contentType ?? "application/octet-stream",
        cacheControl: metadata?.cacheControl ?? "no-cache",
        userMetadata: parseMetadata(metadata?.metadata ?? ""),
      });
      return { headers: { "Tus-Complete": "1" } };
    },
  });
  return (request) => server.handleWeb(request);
}

const isSigned = (request: TusRequest) =>
  /^\/upload\/resumable\/sign(\/|$)/.test(new URL(request.url).pathname);

function operationOf(request: TusRequest): string {
  const step =
    { POST: "create", HEAD: "get", DELETE: "delete" }[request.method] ?? "part";
  return `storage.tus.upload.${step}${isSigned(request) ? "_signed" : ""}`;
}

function nameIn(metadata: Upload["metadata"]): Name {
  const { bucketName: bucket, objectName: key } = metadata ?? {};
  if (!bucket || !key) throw failure("metadataRequired");
  requireKey(key);
  return { bucket, key };
}
