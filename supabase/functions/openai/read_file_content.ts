/** `GET /openai/v1/files/{file_id}/content`. */
import { z } from "@hono/zod-openapi";
import { sendFile } from "../_shared/files/send.ts";
import { frontRoute } from "../_shared/http/route.ts";
import { FilePath } from "./file.ts";
import { fileUuid } from "./ids.ts";

const bytes = { "*/*": z.string().openapi({ format: "binary" }) };

export const readFileContent = frontRoute({
  operationId: "readFileContent",
  tag: "Files",
  get: "/v1/files/{file_id}/content",
  summary: "Download a file",
  params: FilePath,
  answers: {
    200: ["The whole file, with its own media type.", bytes],
    206: ["The requested range of the file.", bytes],
    304: ["The file has not changed: the copy that you have is current."],
  },
  problems: ["not_found", "precondition_failed", "range_not_satisfiable"],
}, (c, { params }) => sendFile(c, fileUuid(params.file_id)));
