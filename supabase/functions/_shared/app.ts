/** The frame that every function shares: what happens around its routes, and its two `_` routes. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { timing } from "hono/timing";
import { browsers } from "./cors.ts";
import type { Env, FunctionName } from "./env.ts";
import { Problem, renderError } from "./errors.ts";
import { health } from "./health.ts";
import { requestLog } from "./logging.ts";
import { privateJson } from "./negotiation.ts";
import { createRouter } from "./router.ts";

/**
 * An edge function: `routes` below `/<name>`, with request ids, one log line a request, CORS,
 * Server-Timing, problems for every failure, `/_/health` and `/_/openapi.json`.
 *
 * @param openapi the committed document: made once by `deno task openapi`, since making it per
 * request leaks memory.
 */
export function createApp(
  name: FunctionName,
  openapi: object,
  routes: OpenAPIHono<Env>,
): OpenAPIHono<Env> {
  const app = createRouter().basePath(`/${name}`);
  app.use(requestId(), (c, next) => {
    c.set("functionName", name);
    return next();
  });
  app.use(
    requestLog,
    timing({ totalDescription: "Total" }),
    browsers,
    privateJson,
  );
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) =>
      renderError(
        new Problem("method_not_allowed", `Use ${methods.join(", ")}.`, {}, {
          headers: { Allow: methods.join(", ") },
        }),
        c,
      ),
  }));

  app.route("/", health);
  app.get("/_/openapi.json", (c) => c.json(openapi));
  app.route("/", routes);

  app.notFound((c) => renderError(new Problem("not_found"), c));
  app.onError(renderError);
  return app;
}
