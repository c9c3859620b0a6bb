import { createApp } from "../_shared/http/app.ts";
import openapi from "../_shared/generated/openapi/conversation-append.json" with {
  type: "json",
};
import { appendMessages } from "./append_messages.ts";

export const app = createApp("conversation-append", openapi, [appendMessages]);

export default { fetch: app.fetch };
