/** The page at `/` of the gateway: the console, bundled when it is first asked for and again when it has changed. */
import { join } from "node:path";
import { getMimeType } from "hono/utils/mime";
import type { ConsoleBundle } from "../scripts/console_bundle.ts";
import { consolePage, contentSecurityPolicy } from "../scripts/console_page.ts";
import { root } from "./config.ts";
import { filesBelow } from "./files_below.ts";
import { PUBLISHABLE_KEY } from "./keys.ts";

/** Answers what is the page's, and null for any other path. */
export type ConsoleService = (request: Request) => Promise<Response | null>;

/** The account of supabase/seed.sql. */
const DEMO = { email: "demo@example.com", password: "continuum-demo" };

/** What the bundle is made of. */
const SOURCES = ["console", "client/src"].map((path) => join(root, path));

/** @param apiUrl the gateway's own URL, which signed URLs begin with. */
export function consoleService(apiUrl: string): ConsoleService {
  let current: { bundle: Promise<ConsoleBundle>; changedAt: number } | null =
    null;

  async function bundle(): Promise<ConsoleBundle> {
    const changedAt = Math.max(...await Promise.all(SOURCES.map(newest)));
    if (current === null || current.changedAt < changedAt) {
      current = { bundle: built(), changedAt };
    }
    return await current.bundle;
  }

  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    const isPage = pathname === "/" || pathname === "/index.html";
    const isAsset = pathname.startsWith("/assets/");
    if (!isPage && !isAsset && pathname !== "/favicon.svg") return null;
    if (request.method !== "GET" && request.method !== "HEAD") return null;

    if (pathname === "/favicon.svg") {
      return answer(
        pathname,
        await Deno.readTextFile(join(root, "console/favicon.svg")),
      );
    }
    try {
      if (isPage) {
        const page = await consolePage(await bundle(), {
          url: origin,
          key: PUBLISHABLE_KEY,
          demo: DEMO,
        });
        return answer("index.html", page, {
          "Content-Security-Policy": contentSecurityPolicy([
            ...new Set([origin, apiUrl]),
          ]),
        });
      }
      // An old page may still ask for what the bundle does not have any more.
      const content = (await (current?.bundle ?? bundle())).assets
        .get(pathname.slice(1));
      return content === undefined ? null : answer(pathname, content, {
        "Cache-Control": "public, max-age=31536000, immutable",
      });
    } catch (error) {
      current = null;
      const message = error instanceof Error ? error.message : String(error);
      return new Response(`The console cannot be built: ${message}\n`, {
        status: 500,
      });
    }
  };
}

/** A stack whose page nobody opens does not load the bundler. */
async function built(): Promise<ConsoleBundle> {
  const { bundleConsole } = await import("../scripts/console_bundle.ts");
  return await bundleConsole();
}

function answer(
  name: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Response {
  return new Response(body, {
    headers: {
      "Content-Type": getMimeType(name) ?? "application/octet-stream",
      "Cache-Control": "no-cache",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
  });
}

/** When a file below `folder` was last written, in milliseconds. What is built does not count. */
async function newest(folder: string): Promise<number> {
  const files = await filesBelow(folder);
  return Math.max(
    ...files.filter(({ path }) => !path.includes("/dist/"))
      .map(({ writtenAt }) => writtenAt),
  );
}
