import { createApp } from "../_shared/app.ts";
import { createRouter } from "../_shared/router.ts";
import { list } from "./list.ts";
import openapi from "./openapi.json" with { type: "json" };
import { page } from "./page.ts";

const routes = createRouter();
routes.route("/", list);
routes.route("/", page);

export const app = createApp("conversation-history", openapi, routes);

export default { fetch: app.fetch };
