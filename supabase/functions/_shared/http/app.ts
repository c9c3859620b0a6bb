/** What every function has around its routes, and the two `_` routes that need no credentials. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { timing } from "hono/timing";
import type { Env, FunctionName } from "../platform/env.ts";
import { readHealth } from "../platform/health.ts";
import { Problem } from "../problems/problem.ts";
import { drainRefused } from "./body.ts";
import { browsers } from "./cors.ts";
import { requestLog } from "./logging.ts";
import { privateJson } from "./negotiation.ts";
import { type FailureFormat, problemDetails } from "./openapi.ts";
import type { Route } from "./route.ts";

/**
 * An edge function: `routes` below `/<name>`, with request ids, one log line a request, CORS,
 * Server-Timing, problems for every failure, `/_/health` and `/_/openapi.json`.
 *
 * @param openapi the committed document. `deno task generate` writes it, since generating it on each request
 * leaks memory.
 * @param failures how failures are worded.
 */
export function createApp(
  name: FunctionName,
  openapi: object,
  routes: Route[],
  failures: FailureFormat = problemDetails,
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
      failures.render(
        new Problem("method_not_allowed", {
          detail: `Use ${methods.join(", ")}.`,
          headers: { Allow: methods.join(", ") },
        }),
        c,
      ),
  }));

  app.get("/_/openapi.json", (c) => c.json(openapi));
  app.openAPIRegistry.register(failures.schemaName, failures.schema);
  for (const route of [readHealth, ...routes]) route.addTo(app, failures);

  app.notFound((c) => failures.render(new Problem("not_found"), c));
  app.onError(failures.render);
  return app;
}
