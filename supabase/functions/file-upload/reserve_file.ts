/** `POST /file-upload/reservations`: reserves quota for a file whose bytes go directly to Storage. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { json, userRoute } from "../_shared/http/route.ts";
import { call } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { askStorage, publicStorageUrl } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { expectedType } from "../_shared/files/expected_type.ts";
import { requireType } from "../_shared/files/declared_type.ts";
import { cleanFileName } from "../_shared/files/file_name.ts";
import {
  MAX_RESERVATION_BYTES,
  Reservation,
  ReservationRequest,
} from "./schemas.ts";
import { abandon } from "../_shared/files/store.ts";
import { expiryOf } from "../_shared/platform/token_time.ts";

export const reserveFile = userRoute({
  operationId: "reserveFile",
  tag: "Files",
  post: "/reservations",
  summary: "Reserve a file, to send its bytes directly to Storage",
  description:
    "For large files and unreliable networks. Send the bytes to `signed_upload.url` with PUT, or to the resumable " +
    "(TUS) endpoint, with the file's `mime_type` as Content-Type. Then complete the file. An upload with " +
    "`x-upsert: true` is refused, because it could replace a file that is ready. A reservation that is not " +
    "completed is removed after three hours.",
  body: { schema: ReservationRequest, maxBytes: MAX_RESERVATION_BYTES },
  answers: {
    201: ["The pending file, and where to send its bytes.", Reservation],
  },
  problems: [
    "read_only",
    "not_found",
    "file_too_large",
    "quota_exceeded",
    "unsupported_media_type",
  ],
}, async (c, { body }) => {
  const type = requireType(body.mime_type);
  const name = cleanFileName(body.original_name);
  const mime_type = expectedType({ bucket: body.bucket, name, type });
  const answer = await call(c, "reserve_file", {
    bucket: body.bucket,
    original_name: name,
    mime_type,
    size_bytes: body.size_bytes,
    metadata: body.metadata ? JSON.stringify(body.metadata) : undefined,
    continuation_id: body.continuation_id ?? undefined,
    declared_type: type.header ?? undefined,
    type_parameters: type.parameters ?? undefined,
  });
  const { file, storage_path } = JSON.parse(answer);
  const signed_upload = await signUpload(c, file.bucket, storage_path)
    .catch(async (error: unknown) => {
      await abandon(c, file.id, file.bucket, storage_path);
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

async function signUpload(
  c: Context<Env>,
  bucket: string,
  storage_path: string,
) {
  const response = await askStorage(
    c,
    `/object/upload/sign/${bucket}/${storage_path}`,
    { method: "POST" },
  );
  if (!response.ok) throw await storageProblem(response);
  const { url, token } = SignedUpload.parse(await response.json());
  return {
    url: `${publicStorageUrl()}${url}`,
    token,
    path: storage_path,
    expires_at: new Date((expiryOf(token) ?? 0) * 1000).toISOString(),
  };
}
