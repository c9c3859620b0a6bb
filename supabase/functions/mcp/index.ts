import openapi from "../_shared/generated/openapi/mcp.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { handleMessage } from "./handle_message.ts";
import { challenged, readProtectedResource } from "./protected_resource.ts";

export const app = createApp("mcp", openapi, [
  challenged,
  handleMessage,
  readProtectedResource,
]);

export default { fetch: app.fetch };
