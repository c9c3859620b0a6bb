/**
 * The built package in a page of a real browser, over a network that loses an answer and cuts an upload. Skipped
 * where no Chromium is installed.
 */
import assert from "node:assert/strict";
import openapi from "../../supabase/functions/_shared/generated/openapi/conversation-history.json" with {
  type: "json",
};
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { findChromium, withPage } from "./browser.ts";
import { tokenOf } from "./clients.ts";
import { builtPackage } from "./package.ts";
import { unreliableNetwork } from "./unreliable_network.ts";

/** Until the route is there. */
const follows = "/conversation-history/{continuation_id}/follow" in
  openapi.paths;

const MIB = 1024 * 1024;
const chromium = findChromium();
if (chromium === null) {
  console.log(
    "No Chromium is installed, so the client is not tested in a browser here.",
  );
}

/** The page, the package, and where the page sends what it has found. */
function servePage(
  built: string,
  config: unknown,
  onProgress: () => void,
  onResult: (result: Record<string, unknown>) => void,
) {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/config") return Response.json(config);
      if (pathname === "/progress") {
        onProgress();
        return new Response();
      }
      if (pathname === "/result") {
        onResult(await request.json());
        return new Response();
      }
      if (pathname === "/") {
        return new Response(
          '<!doctype html><script type="module" src="/page.js"></script>',
          { headers: { "Content-Type": "text/html" } },
        );
      }
      const file = pathname === "/page.js"
        ? new URL("browser_page.js", import.meta.url)
        : `${built}${pathname}`;
      try {
        return new Response(await Deno.readTextFile(file), {
          headers: { "Content-Type": "text/javascript" },
        });
      } catch {
        return new Response(null, { status: 404 });
      }
    },
  );
}

Deno.test({
  name:
    "in a browser: append, follow, upload with progress and a cut, download, errors",
  ignore: chromium === null,
  async fn() {
    const user = await signUp("owner");
    const name = fresh("page");
    let appends = 0;
    let pieces = 0;
    const isTold = Promise.withResolvers<void>();
    await using network = await unreliableNetwork(({ method, path }) => {
      if (method === "POST" && path.endsWith("conversation-append")) {
        return ++appends === 1 ? "unanswered" : null;
      }
      if (method !== "PATCH") return null;
      pieces++;
      if (pieces === 1) return { heldAfter: MIB, until: isTold.promise };
      return pieces === 2 ? { cutRequestAfter: 2 * MIB } : null;
    });
    const folder = await Deno.makeTempDir({ prefix: "continuum-" });
    const { promise, resolve } = Promise.withResolvers<
      Record<string, unknown>
    >();
    const server = servePage(
      await builtPackage(folder),
      {
        url: network.at.url,
        key: network.at.publishableKey,
        accessToken: tokenOf(user),
        name,
        follows,
      },
      isTold.resolve,
      resolve,
    );
    try {
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const { progress, small, ...rest } = await withPage(
        chromium ?? "",
        url,
        promise,
      );
      assert.deepEqual(rest, {
        messages: ["one", "two"],
        followed: follows ? ["one", "two"] : [],
        name: "Größe.txt",
        isSame: true,
        part: name,
        aborted: "AbortError",
        failure: {
          code: "validation_failed",
          pointer: "/messages/0/content",
          hasRequestId: true,
        },
      });
      assert.ok(Array.isArray(progress) && Array.isArray(small));
      assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
      assert.equal(progress.at(-1), 13 * MIB);
      // Within the first piece: only a browser tells so much.
      assert.ok(progress[1] > 0 && progress[1] < 6 * MIB, `${progress}`);
      assert.deepEqual(small.at(-1), [name.length, name.length]);
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
