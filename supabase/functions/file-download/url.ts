/** `GET /file-download/{file_id}/url`: a short-lived URL that needs no token. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { FilePath } from "../_shared/file_schemas.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";
import {
  askStorage,
  publicStorageUrl,
  storageProblem,
} from "../_shared/storage.ts";
import { locateReady } from "./locate.ts";
import { SignedUrl, UrlQuery } from "./schemas.ts";

const signFileUrl = createRoute({
  operationId: "signFileUrl",
  method: "get",
  path: "/{file_id}/url",
  summary: "Get a short-lived URL of a file",
  description:
    "Whoever has the URL has the file until it expires, even if you lose access before.",
  security: userSecurity,
  middleware: [requireUser] as const,
  request: { params: FilePath, query: UrlQuery },
  responses: {
    200: {
      description: "The URL.",
      content: { "application/json": { schema: SignedUrl } },
    },
    302: { description: "To the URL." },
    ...problems(...userProblems, "not_found"),
  },
});

/** What Storage answers; relative to its own URL. */
const Signed = z.object({ signedURL: z.string() });

export const url = createRouter();

url.openapi(signFileUrl, async (c) => {
  const { file_id } = c.req.valid("param");
  const { expires_in, redirect } = c.req.valid("query");
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

  // download= makes Storage answer with an attachment of that name, whatever the type.
  const url = `${publicStorageUrl()}${signedURL}&download=${
    encodeURIComponent(file.original_name)
  }`;
  return redirect === "true"
    ? c.redirect(url, 302)
    : c.json({ url, expires_at }, 200);
});
