/** `POST /file-upload/reservations` and `…/{file_id}/complete`: uploads straight to Storage. */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requireUser } from "../_shared/auth.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import type { Env } from "../_shared/env.ts";
import { FilePath } from "../_shared/file_schemas.ts";
import { jsonBody } from "../_shared/json_body.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import {
  askStorage,
  publicStorageUrl,
  storageProblem,
} from "../_shared/storage.ts";
import { parseContentType } from "./content_type.ts";
import { cleanFileName } from "./file_name.ts";
import { verifyStoredContent } from "./inspect.ts";
import {
  MAX_RESERVATION_BYTES,
  Reservation,
  ReservationRequest,
  Reserved,
  Stored,
} from "./schemas.ts";
import { abandon } from "./store.ts";

const reserveFile = createRoute({
  operationId: "reserveFile",
  method: "post",
  path: "/reservations",
  summary: "Reserve room for a file and get where to send its bytes",
  description:
    "For big files and poor networks. Send the bytes to signed_upload.url with PUT, or " +
    "to the resumable (TUS) endpoint, with mime_type as Content-Type; then complete the file.",
  security: userSecurity,
  middleware: [
    acceptsJson,
    requireUser,
    jsonBody({ maxBytes: MAX_RESERVATION_BYTES }),
  ] as const,
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: ReservationRequest } },
    },
  },
  responses: {
    201: {
      description: "Reserved.",
      content: { "application/json": { schema: Reservation } },
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "read_only",
      "not_found",
      "body_too_large",
      "file_too_large",
      "quota_exceeded",
      "unsupported_media_type",
    ),
  },
});

const completeFile = createRoute({
  operationId: "completeFile",
  method: "post",
  path: "/{file_id}/complete",
  summary:
    "Make a reserved file ready, once its bytes are in Storage; idempotent",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { params: FilePath },
  responses: {
    200: {
      description: "Ready.",
      content: { "application/json": { schema: Stored } },
    },
    ...problems(
      ...userProblems,
      "not_found",
      "upload_incomplete",
      "upload_mismatch",
      "quota_exceeded",
      "type_mismatch",
    ),
  },
});

export const reservations = createRouter();

reservations.openapi(reserveFile, async (c) => {
  const request = c.req.valid("json");
  const { essence, parameters } = parseContentType(request.mime_type);
  const { file, storage_path } = Reserved.parse(
    await databaseAnswer(
      c.var.db.rpc("reserve_file", {
        bucket: request.bucket,
        original_name: cleanFileName(request.original_name),
        mime_type: essence,
        size_bytes: request.size_bytes,
        metadata: {
          ...request.metadata,
          ...(parameters === null
            ? {}
            : { content_type_parameters: parameters }),
        },
        continuation_id: request.continuation_id ?? undefined,
      }),
    ),
  );
  const signed_upload = await signUpload(c, file.bucket, storage_path)
    .catch(async (error: unknown) => {
      await abandon(c, file, storage_path);
      throw error;
    });
  return c.json({
    file,
    signed_upload,
    resumable: {
      endpoint: `${publicStorageUrl()}/upload/resumable`,
      bucket: file.bucket,
      object_name: storage_path,
    },
  }, 201);
});

reservations.openapi(completeFile, async (c) => {
  const { file_id } = c.req.valid("param");
  const stored = Stored.parse(
    await databaseAnswer(c.var.db.rpc("complete_file", { file_id })),
  );
  if (!stored.file.digest_verified) await verifyStoredContent(c, stored.file);
  return c.json(stored, 200);
});

/** What Storage answers; the token is a JWT that ends when the URL does. */
const SignedUpload = z.object({ url: z.string(), token: z.string() });

async function signUpload(c: Context<Env>, bucket: string, path: string) {
  const response = await askStorage(
    c,
    `/object/upload/sign/${bucket}/${path}`,
    { method: "POST" },
  );
  if (!response.ok) throw await storageProblem(response);
  const { url, token } = SignedUpload.parse(await response.json());
  return {
    url: `${publicStorageUrl()}${url}`,
    token,
    path,
    expires_at: new Date(expiryOf(token) * 1000).toISOString(),
  };
}

/** `exp` of a JWT that we pass on and do not trust, in seconds. */
function expiryOf(token: string): number {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll(
    "_",
    "/",
  );
  return z.object({ exp: z.number() }).parse(JSON.parse(atob(payload))).exp;
}
