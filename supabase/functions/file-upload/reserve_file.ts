/** `POST /file-upload/reservations`: reserves quota for a file that is uploaded directly to Storage. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { askStorage, publicStorageUrl } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { parseContentType } from "./content_type.ts";
import { cleanFileName } from "./file_name.ts";
import {
  MAX_RESERVATION_BYTES,
  Reservation,
  ReservationRequest,
} from "./schemas.ts";
import { abandon } from "./store.ts";

export const reserveFile = userRoute({
  operationId: "reserveFile",
  tag: "Files",
  post: "/reservations",
  summary: "Reserve quota for a file, and get the URLs to upload it to",
  description:
    "For large files and unreliable networks. Upload the bytes with `mime_type` as their Content-Type, either with " +
    "PUT to `signed_upload.url` or through the resumable (TUS) endpoint. Then complete the file.",
  body: { schema: ReservationRequest, maxBytes: MAX_RESERVATION_BYTES },
  answers: { 201: ["The reservation.", Reservation] },
  problems: [
    "read_only",
    "not_found",
    "file_too_large",
    "quota_exceeded",
    "unsupported_media_type",
  ],
}, async (c, { body }) => {
  const { essence, parameters } = parseContentType(body.mime_type);
  const { file, storage_path } = JSON.parse(
    await call(c, "reserve_file", {
      bucket: body.bucket,
      original_name: cleanFileName(body.original_name),
      mime_type: essence,
      size_bytes: body.size_bytes,
      metadata: {
        ...body.metadata,
        ...(parameters === null ? {} : { content_type_parameters: parameters }),
      },
      continuation_id: body.continuation_id ?? undefined,
    }),
  );
  const signed_upload = await signUpload(c, file.bucket, storage_path)
    .catch(async (error: unknown) => {
      await abandon(c, file, storage_path);
      throw error;
    });
  const resumable = {
    endpoint: `${publicStorageUrl()}/upload/resumable`,
    bucket: file.bucket,
    object_name: storage_path,
  };
  return json(c, JSON.stringify({ file, signed_upload, resumable }), 201);
});

/** The response of Storage. The token is a JWT that expires together with the URL. */
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

/** The `exp` of a JWT, in seconds. The token is passed on, so its signature is not checked. */
function expiryOf(token: string): number {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll(
    "_",
    "/",
  );
  return z.object({ exp: z.number() }).parse(JSON.parse(atob(payload))).exp;
}
