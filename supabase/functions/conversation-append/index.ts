import { createApp } from "../_shared/app.ts";
import { append } from "./append.ts";
import openapi from "./openapi.json" with { type: "json" };

export const app = createApp("conversation-append", openapi, append);

export default { fetch: app.fetch };
