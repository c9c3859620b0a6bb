/** `GET /file-download/{file_id}`: streams a file. */
import { z } from "@hono/zod-openapi";
import { sendFile } from "../_shared/files/send.ts";
import { userRoute } from "../_shared/http/route.ts";
import { FilePath } from "../_shared/wire/file.ts";

const bytes = { "*/*": z.string().openapi({ format: "binary" }) };

export const downloadFile = userRoute({
  operationId: "downloadFile",
  tag: "Files",
  get: "/{file_id}",
  summary: "Download a file",
  description:
    "Supports a single Range, If-Range, If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since.",
  params: FilePath,
  answers: {
    200: ["The whole file, with its own media type.", bytes],
    206: ["The requested range of the file.", bytes],
    304: ["The file has not changed: the copy that you have is current."],
  },
  problems: ["not_found", "precondition_failed", "range_not_satisfiable"],
}, (c, { params }) => sendFile(c, params.file_id));
