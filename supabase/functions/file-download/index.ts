import { createApp } from "../_shared/app.ts";
import { createRouter } from "../_shared/router.ts";
import { describe } from "./describe.ts";
import { download } from "./download.ts";
import { list } from "./list.ts";
import openapi from "./openapi.json" with { type: "json" };
import { url } from "./url.ts";

const routes = createRouter();
routes.route("/", list);
routes.route("/", describe);
routes.route("/", url);
routes.route("/", download);

export const app = createApp("file-download", openapi, routes);

export default { fetch: app.fetch };
