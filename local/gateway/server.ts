/** The gateway: one port for Auth, Data API, Storage and the functions, as on a hosted project. */
import { portFailure } from "../ports.ts";
import { answerFunction } from "./function_api.ts";
import { answerAuth } from "./auth_api.ts";
import { forBrowsers } from "./cors.ts";
import { answerDataApi } from "./data_api.ts";
import { refuseForeignHost } from "./host.ts";
import { answerFrom } from "./replaced.ts";
import type { Backend } from "./backend.ts";
import { answerStorage } from "./storage_api.ts";

export interface Gateway {
  port: number;
  /** From here on requests go to what is behind; until then they are answered 503. */
  open(backend: Backend): void;
  stop(): Promise<void>;
}

/** How long requests that are under way may take to end, in milliseconds. */
const PATIENCE_MS = 2000;

/**
 * Listens at once, so that nobody else takes the port while the rest starts.
 *
 * @throws {StackError} where the port cannot be had.
 */
export function startGateway(
  { port, compresses }: { port: number; compresses: boolean },
): Gateway {
  let backend: Backend | null = null;
  const server = listen(
    port,
    compresses,
    async (request) =>
      refuseForeignHost(request) ??
        (backend === null ? starting() : await route(request, backend)),
  );
  let stopped: Promise<void> | null = null;
  return {
    port: server.addr.port,
    open: (opened) => void (backend = opened),
    stop: () => stopped ??= stop(server),
  };
}

function listen(
  port: number,
  compresses: boolean,
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      // What the hosted runtime, which is Deno too, does to its answers.
      automaticCompression: compresses,
      onListen: () => {},
      onError: () =>
        Response.json({ message: "The local gateway failed" }, { status: 502 }),
    }, handler);
  } catch (error) {
    throw portFailure(error, port, "LOCAL_PORT");
  }
}

/** Takes no more; what has not ended in time ends with the function that it waits for. */
async function stop(server: Deno.HttpServer): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([server.shutdown(), late]);
  clearTimeout(timer);
}

async function route(request: Request, backend: Backend): Promise<Response> {
  const url = new URL(request.url);
  const [, service, version, ...rest] = url.pathname.split("/");
  const below = `/${rest.join("/")}${url.search}`;
  if (version !== "v1") return notFound();
  if (service === "functions") {
    return await answerFunction(request, rest[0] ?? "", below, backend);
  }
  return await forBrowsers(
    request,
    () => routeService(service ?? "", request, below, backend),
  );
}

async function routeService(
  service: string,
  request: Request,
  below: string,
  backend: Backend,
): Promise<Response> {
  const { replace } = backend;
  switch (service) {
    case "auth":
      return replace.auth
        ? await answerFrom(replace.auth, request, below, backend)
        : await answerAuth(request, backend);
    case "rest":
      return replace.rest
        ? await answerFrom(replace.rest, request, below, backend)
        : await answerDataApi(request, below, backend);
    case "storage":
      return replace.storage
        ? await answerFrom(replace.storage, request, below, backend)
        : await answerStorage(request, below, backend);
    default:
      return notFound();
  }
}

function starting(): Response {
  return Response.json({ message: "The local stack is starting" }, {
    status: 503,
    headers: { "Retry-After": "1" },
  });
}

function notFound(): Response {
  return Response.json({ message: "no Route matched with those values" }, {
    status: 404,
  });
}
