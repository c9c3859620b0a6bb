import { createApp } from "../_shared/app.ts";
import { createRouter } from "../_shared/router.ts";
import { changes } from "./change.ts";
import { context } from "./context.ts";
import { exporting } from "./export.ts";
import { fork } from "./fork.ts";
import { list } from "./list.ts";
import { members } from "./members.ts";
import openapi from "./openapi.json" with { type: "json" };
import { page } from "./page.ts";
import { sweep } from "./sweep.ts";

const routes = createRouter();
routes.route("/", list);
routes.route("/", page);
routes.route("/", changes);
routes.route("/", context);
routes.route("/", exporting);
routes.route("/", fork);
routes.route("/", members);
routes.route("/", sweep);

export const app = createApp("conversation-history", openapi, routes);

export default { fetch: app.fetch };
