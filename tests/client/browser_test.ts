/**
 * The built package in a page of a real browser, over a network that loses an answer and cuts an upload. Skipped
 * where no Chromium is installed.
 */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { findChromium, withPage } from "./browser.ts";
import { tokenOf } from "./clients.ts";
import { builtPackage } from "./package.ts";
import { unreliableNetwork } from "./unreliable_network.ts";

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
  onResult: (result: Record<string, unknown>) => void,
) {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/config") return Response.json(config);
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
    await using network = await unreliableNetwork(({ method, path }) => {
      if (method === "POST" && path.endsWith("conversation-append")) {
        return ++appends === 1 ? "unanswered" : null;
      }
      return method === "PATCH" && ++pieces === 2
        ? { cutRequestAfter: 2 * MIB }
        : null;
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
      },
      resolve,
    );
    try {
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const { progress, watched, small, ...rest } = await withPage(
        chromium ?? "",
        url,
        promise,
      );
      assert.deepEqual(rest, {
        messages: ["one", "two"],
        followed: ["one", "two"],
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
      // At least three pieces, one of which was cut, and the small file.
      assert.ok(Number(watched) >= 4, `${watched}`);
      assert.deepEqual(small.at(-1), [name.length, name.length]);
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
