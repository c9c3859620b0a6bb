/** The gateway: one port for Auth, Data API, Storage and the functions, as on a hosted project. */
import type { Functions } from "../functions/serve.ts";
import type { Replacements } from "../config.ts";
import type { SigningKey } from "../keys.ts";
import type { Lite } from "../platform/lite.ts";
import { answerAuth } from "./auth_api.ts";
import { answerDataApi } from "./data_api.ts";
import { forward } from "./forward.ts";
import { answerStorage, type StorageService } from "./storage_api.ts";

export interface GatewayOptions {
  port: number;
  publicUrl: string;
  key: SigningKey;
  lite: Lite;
  functions: () => Functions;
  storage: StorageService;
  databaseIsUp: () => Promise<boolean>;
  replace: Replacements;
}

export function startGateway(options: GatewayOptions): Deno.HttpServer {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    onListen: () => {},
    onError: () =>
      Response.json({ message: "The local gateway failed" }, { status: 502 }),
  }, (request) => route(request, options));
}

async function route(
  request: Request,
  options: GatewayOptions,
): Promise<Response> {
  const url = new URL(request.url);
  const [, service, version, ...rest] = url.pathname.split("/");
  const below = `/${rest.join("/")}${url.search}`;
  if (version !== "v1") return notFound();
  switch (service) {
    case "functions":
      return await answerFunction(request, rest[0] ?? "", below, options);
    case "auth":
      if (options.replace.auth) {
        return await forward(request, new URL(options.replace.auth + below));
      }
      return await answerAuth(
        request,
        options.lite,
        options.key,
        options.publicUrl,
      );
    case "rest":
      if (options.replace.rest) {
        return await forward(request, new URL(options.replace.rest + below));
      }
      return await answerDataApi(
        request,
        options.lite,
        options.key,
        options.databaseIsUp,
      );
    case "storage":
      if (options.replace.storage) {
        return await forward(request, new URL(options.replace.storage + below));
      }
      return await answerStorage(request, below, options.storage, options.key);
    default:
      return notFound();
  }
}

/** Passes on the path from the function's name on, as the edge runtime does. */
async function answerFunction(
  request: Request,
  name: string,
  path: string,
  { functions }: GatewayOptions,
): Promise<Response> {
  if (!functions().names().includes(name)) {
    return Response.json({
      code: "NOT_FOUND",
      message: "Requested function was not found",
    }, {
      status: 404,
    });
  }
  const target = await functions().target(name);
  if (target === null) {
    return Response.json({
      code: "BOOT_ERROR",
      message: "Function failed to start (please check logs)",
    }, { status: 503 });
  }
  try {
    return await forward(request, new URL(target + path));
  } catch {
    // The process ended in the middle: what the edge runtime says of a worker that died.
    return Response.json({
      code: "WORKER_ERROR",
      message: "Function exited due to an error (please check logs)",
    }, { status: 500 });
  }
}

function notFound(): Response {
  return Response.json({ message: "no Route matched with those values" }, {
    status: 404,
  });
}
