/** The frame that every function shares: what happens around its routes, and its two open `_` routes. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { timing } from "hono/timing";
import type { Env, FunctionName } from "../platform/env.ts";
import { addHealthTo } from "../platform/health.ts";
import { Problem } from "../problems/problem.ts";
import { renderError } from "../problems/render.ts";
import { drainRefused } from "./body.ts";
import { browsers } from "./cors.ts";
import { requestLog } from "./logging.ts";
import { privateJson } from "./negotiation.ts";
import type { Route } from "./route.ts";

/**
 * An edge function: `routes` below `/<name>`, with request ids, one log line a request, CORS,
 * Server-Timing, problems for every failure, `/_/health` and `/_/openapi.json`.
 *
 * @param openapi the committed document: made once by `deno task generate`, since making it per request
 * leaks memory.
 */
export function createApp(
  name: FunctionName,
  openapi: object,
  routes: Route[],
): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>().basePath(`/${name}`);
  app.use(requestId(), (c, next) => {
    c.set("functionName", name);
    return next();
  });
  app.use(
    requestLog,
    timing({ totalDescription: "Total" }),
    browsers,
    privateJson,
    drainRefused,
  );
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) =>
      renderError(
        new Problem("method_not_allowed", {
          detail: `Use ${methods.join(", ")}.`,
          headers: { Allow: methods.join(", ") },
        }),
        c,
      ),
  }));

  addHealthTo(app);
  app.get("/_/openapi.json", (c) => c.json(openapi));
  for (const route of routes) route.addTo(app);

  app.notFound((c) => renderError(new Problem("not_found"), c));
  app.onError(renderError);
  return app;
}
