/** `POST /mcp`: a message of the Model Context Protocol. */
import { z } from "@hono/zod-openapi";
import { ProblemDetails } from "../_shared/http/openapi.ts";
import { userRoute } from "../_shared/http/route.ts";
import { serve } from "./server.ts";

/** As many bytes as conversation-append takes, and some for the message around them. */
const MAX_BODY_BYTES = 4 * 1024 * 1024 + 64 * 1024;

const Message = z.unknown().openapi({
  type: "object",
  description: "A JSON-RPC 2.0 request or notification.",
});

const Reply = z.looseObject({}).openapi({
  description: "The JSON-RPC 2.0 response.",
});

export const handleMessage = userRoute({
  operationId: "handleMessage",
  tag: "MCP",
  post: "/",
  summary: "Send a message of the Model Context Protocol",
  description:
    "Streamable HTTP without sessions: every message stands alone and is answered as JSON. GET and DELETE, which " +
    "would open a stream and end a session, are 405. Tools, prompts and resources are described in docs/how-to/mcp.md. A " +
    "request that is not JSON, or that has no valid token, is answered with a problem.",
  body: { schema: Message, maxBytes: MAX_BODY_BYTES },
  countsItself: true,
  answers: {
    200: ["The response to a request.", Reply],
    202: ["A notification was accepted."],
    400: [
      "The body is JSON and no message that this server takes (a JSON-RPC error), or it is not JSON (a problem).",
      { "application/json": Reply, "application/problem+json": ProblemDetails },
    ],
  },
}, serve);
