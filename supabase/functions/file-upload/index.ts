import { createApp } from "../_shared/app.ts";
import { createRouter } from "../_shared/router.ts";
import { remove } from "./delete.ts";
import openapi from "./openapi.json" with { type: "json" };
import { reservations } from "./reserve.ts";
import { sweep } from "./sweep.ts";
import { upload } from "./upload.ts";

const routes = createRouter();
routes.route("/", sweep);
routes.route("/", reservations);
routes.route("/", upload);
routes.route("/", remove);

export const app = createApp("file-upload", openapi, routes);

export default { fetch: app.fetch };
