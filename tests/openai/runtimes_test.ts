/** The official client, as it is published, in each runtime that it is made for. */
import assert from "node:assert/strict";
import { build, stop } from "npm:esbuild@0.28.2";
import * as library from "npm:openai@7.57.0";
import { findChromium, withPage } from "../client/browser.ts";
import { signUp } from "../support/actors.ts";
import { baseURL, tokenOf } from "./client.ts";
import { exercise, expected } from "./exercise.mjs";

const options = { baseURL, apiKey: tokenOf(await signUp("runtimes")) };
const script = new URL("exercise.mjs", import.meta.url);
/** Where Deno has installed the package. */
const installed = new URL(
  "../../node_modules/.deno/openai@7.57.0/node_modules/openai/index.mjs",
  import.meta.url,
);
const chromium = findChromium();
if (chromium === null) {
  console.log(
    "No Chromium is installed, so the openai client is not tested in a browser here.",
  );
}

Deno.test("the client works in Deno", async () => {
  assert.deepEqual(await exercise(library, options), expected);
});

Deno.test("the client works in Node", async () => {
  const program = `
    import * as library from ${JSON.stringify(installed.href)};
    import { exercise } from ${JSON.stringify(script.href)};
    console.log(JSON.stringify(await exercise(library, ${
    JSON.stringify(options)
  })));
  `;
  const { code, stdout, stderr } = await new Deno.Command("node", {
    args: ["--input-type=module", "--eval", program],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), expected);
});

Deno.test({
  name: "the client works in a browser, from another origin",
  ignore: chromium === null,
  async fn() {
    const page = await bundled(`
      import * as library from ${JSON.stringify(installed.pathname)};
      import { exercise } from ${JSON.stringify(script.pathname)};
      const result = await exercise(library, ${JSON.stringify(options)})
        .catch((error) => String(error.stack));
      await fetch("/result", { method: "POST", body: JSON.stringify(result) });
    `);
    const result = Promise.withResolvers<unknown>();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/result") result.resolve(await request.json());
        return pathname === "/page.js"
          ? new Response(page, {
            headers: { "Content-Type": "text/javascript" },
          })
          : new Response(
            '<!doctype html><script type="module" src="/page.js"></script>',
            {
              headers: { "Content-Type": "text/html" },
            },
          );
      },
    );
    try {
      const url = `http://127.0.0.1:${server.addr.port}/`;
      assert.deepEqual(
        await withPage(chromium!, url, result.promise),
        expected,
      );
    } finally {
      await server.shutdown();
    }
  },
});

/** One file for a browser. */
async function bundled(contents: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: "." },
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "error",
    });
    return outputFiles[0]!.text;
  } finally {
    await stop();
  }
}
