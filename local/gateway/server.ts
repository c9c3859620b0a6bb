/** The gateway: one port for Auth, Data API, Storage and the functions, as on a hosted project. */
import { portFailure } from "../ports.ts";
import { refuseForeignHost } from "./host.ts";
import type { Service } from "./service.ts";

/** By the first part of the path, such as `auth` for `/auth/v1`. */
export type Services = Record<string, Service>;

/** What is shown to people at `/`. Null for a path that is not its own. */
export type Page = (request: Request) => Promise<Response | null>;

export interface Gateway {
  port: number;
  /** From here on requests go to the services, or else to the page; until then they are answered 503. */
  open(services: Services, page: Page): void;
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
  let opened: { services: Services; page: Page } | null = null;
  const server = listen(
    port,
    compresses,
    async (request) =>
      refuseForeignHost(request) ?? refuseUnknownMethod(request) ??
        (opened === null
          ? starting()
          : await route(request, opened.services, opened.page)),
  );
  let stopped: Promise<void> | null = null;
  return {
    port: server.addr.port,
    open: (services, page) => void (opened = { services, page }),
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

const METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);

/** Methods are in capitals, and there is no way to pass on TRACE and the like: RFC 9110, section 15.6.2. */
function refuseUnknownMethod({ method }: Request): Response | null {
  return METHODS.has(method) ? null : Response.json(
    { message: "The method is not implemented" },
    { status: 501 },
  );
}

async function route(
  request: Request,
  services: Services,
  page: Page,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const [, name = "", version, ...rest] = pathname.split("/");
  const service = version === "v1" && Object.hasOwn(services, name)
    ? services[name]
    : undefined;
  return await service?.(request, `/${rest.join("/")}${search}`) ??
    await page(request) ?? notFound();
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
