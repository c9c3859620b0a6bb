/** `GET /file-download/{file_id}/url`: signs a short-lived URL that works without a token. */
import { z } from "@hono/zod-openapi";
import { json, userRoute } from "../_shared/http/route.ts";
import { askStorage, publicStorageUrl } from "../_shared/platform/storage.ts";
import { storageProblem } from "../_shared/problems/storage_problem.ts";
import { FilePath } from "../_shared/wire/file.ts";
import { locateReady } from "../_shared/files/locate.ts";
import { SignedUrl, UrlQuery } from "./schemas.ts";

/** The response of Storage. The URL is relative to that of Storage. */
const Signed = z.object({ signedURL: z.string() });

export const signFileUrl = userRoute({
  operationId: "signFileUrl",
  tag: "Files",
  get: "/{file_id}/url",
  summary: "Get a short-lived URL for a file",
  description:
    "Whoever has the URL can read the file until it expires, even if you lose access before then.",
  params: FilePath,
  query: UrlQuery,
  answers: {
    200: ["The signed URL.", SignedUrl],
    302: ["Redirect to the signed URL."],
  },
  problems: ["not_found"],
}, async (c, { params: { file_id }, query: { expires_in, redirect } }) => {
  const { file, storage_path } = await locateReady(c, file_id);

  const expires_at = new Date(Date.now() + expires_in * 1000).toISOString();
  const response = await askStorage(
    c,
    `/object/sign/${file.bucket}/${storage_path}`,
    {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ expiresIn: expires_in }),
    },
  );
  if (!response.ok) throw await storageProblem(response, { 404: "not_found" });
  const { signedURL } = Signed.parse(await response.json());

  // The download parameter makes Storage send any type as an attachment, under that name.
  const url = `${publicStorageUrl()}${signedURL}&download=${
    encodeURIComponent(file.original_name)
  }`;
  return redirect === "true"
    ? c.redirect(url, 302)
    : json(c, JSON.stringify({ url, expires_at }));
});
