/** What `deno task build:console` writes: small, for any web host and any path, and for one project. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildConsole } from "../../scripts/build_console.ts";
import { append, fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { run } from "../client/package.ts";
import { account, browserTest, goTo, messagesOf, signIn } from "./browser.ts";

/** Bytes of JavaScript, gzipped: of the first view, and with a conversation of Markdown and code open. */
const FIRST_BYTES = 75_000;
const OPEN_BYTES = 115_000;

const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
await buildConsole(folder, { url: target.url, key: target.publishableKey });

/** A web host that knows nothing of the console, which is below a path of it. */
const host = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.replace(/^\/somewhere\//, "");
    const types: Record<string, string> = {
      css: "text/css",
      js: "text/javascript",
      svg: "image/svg+xml",
    };
    const name = path === "" ? "index.html" : path;
    try {
      return new Response(await Deno.readFile(join(folder, name)), {
        headers: {
          "Content-Type": types[name.split(".").at(-1) ?? ""] ?? "text/html",
        },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  },
);
Deno.test.afterAll(() => host.shutdown());
const url = `http://127.0.0.1:${host.addr.port}/somewhere/`;

const owner = await account();

browserTest(
  "on another host, the console works with the project that it was built for, by the policy in the page",
  () => Promise.resolve({ as: owner, url }),
  async ({ page }) => {
    assert.equal(
      await page.getByRole("button", { name: /demo user/ }).count(),
      0,
    );
    await page.getByRole("link", { name: "New conversation" }).first().click();
    await page.getByLabel("Message", { exact: true }).fill("from elsewhere");
    await page.keyboard.press("Enter");
    await messagesOf(page).getByText("from elsewhere").waitFor();
    await page.reload();
    await messagesOf(page).getByText("from elsewhere").waitFor();
    const policy = await page.locator(
      'meta[http-equiv="Content-Security-Policy"]',
    ).getAttribute("content");
    assert.match(policy ?? "", new RegExp(`connect-src ${target.url};`));
  },
);

browserTest(
  "the first view and an open conversation load no more than promised",
  () => Promise.resolve({ url }),
  async ({ page }) => {
    const { body } = await append(owner, fresh("weight"), [
      "**Markdown** and\n\n```ts\nconst x = 1;\n```",
    ]);
    const loaded = new Map<string, number>();
    page.on("response", async (response) => {
      const { pathname } = new URL(response.url());
      if (/\.(js|css)$/.test(pathname)) {
        loaded.set(pathname, gzipSync(await response.body()).byteLength);
      }
    });
    const sum = (extension: string) =>
      [...loaded].filter(([path]) => path.endsWith(extension))
        .reduce((all, [, bytes]) => all + bytes, 0);
    await page.reload({ waitUntil: "networkidle" });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const first = sum(".js");
    const styles = sum(".css");
    await signIn(page, owner);
    await goTo(page, `#/c/${body.conversation.id}`);
    await page.locator(".hljs-keyword").waitFor();
    const open = sum(".js");
    console.log(
      `First view: ${first} bytes of JavaScript and ${styles} of styles, gzipped; ` +
        `with an open conversation: ${open} of JavaScript.`,
    );
    assert.ok(first <= FIRST_BYTES, `${first}`);
    assert.ok(open <= OPEN_BYTES, `${open}`);
  },
);

Deno.test("the same sources give the same files, and those of an earlier build go", async () => {
  const other = await Deno.makeTempDir({ prefix: "continuum-" });
  try {
    await Deno.mkdir(join(other, "assets"));
    await Deno.writeTextFile(join(other, "assets/old.js"), "");
    await buildConsole(other, {
      url: target.url,
      key: target.publishableKey,
    });
    const names = async (path: string) =>
      (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name)
        .toSorted();
    assert.deepEqual(
      await names(join(other, "assets")),
      await names(join(folder, "assets")),
    );
    assert.deepEqual(await names(other), [
      "_headers",
      "assets",
      "favicon.svg",
      "index.html",
    ]);
    const headers = await Deno.readTextFile(join(other, "_headers"));
    assert.match(headers, /Content-Security-Policy: .*frame-ancestors 'none'/);
  } finally {
    await Deno.remove(other, { recursive: true });
  }
});

Deno.test("a build for half a project, for no URL or with a secret key is refused with a sentence", async () => {
  const build = (...args: string[]) =>
    run(
      Deno.execPath(),
      [
        "run",
        "-A",
        "--quiet",
        "scripts/build_console.ts",
        "--out",
        folder,
        ...args,
      ],
      new URL("../../", import.meta.url).pathname,
      { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME") ?? "/tmp" },
    ).then(() => "built", ({ message }: Error) => message);
  assert.match(await build("--url", "https://a.example"), /belong together/);
  assert.match(await build("--url", "a", "--key", "b"), /not the URL/);
  assert.match(
    await build("--url", "https://a.example", "--key", "sb_secret_x"),
    /secret key/,
  );
});
