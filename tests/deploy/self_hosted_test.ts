/**
 * A self-hosted project as its Docker setup lays it out: a folder of functions that are started by their index.ts, the
 * runtime of an older Deno with 150 MB, an internal URL that clients cannot use, and keys but no JWKS in the
 * environment.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../local/config.ts";
import { functionNames } from "../../local/functions/folder.ts";
import { runtimeFor } from "../../local/functions/runtime.ts";
import { type Functions, serveFunctions } from "../../local/functions/serve.ts";
import { build, install } from "../../scripts/build.ts";
import { diagnose, failures } from "../doctor/broken_project.ts";
import { ownStack } from "../local/own_stack.ts";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import type { Target } from "../support/target.ts";

/** The line of the runtime in Supabase's image. */
const DENO = "2.1.4";
const HEAP_MIB = 150;
const LARGEST_FILE = 50 * 1024 * 1024;

const names = await functionNames(join(root, "supabase/functions"));
const { stack } = await ownStack();
const folder = await Deno.makeTempDir({ prefix: "continuum-volumes-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
await Deno.mkdir(join(folder, "main"));
await Deno.writeTextFile(join(folder, "main/index.ts"), "// The router.\n");
await install(await build(), folder);

const { functions, at } = await selfHosted();

/** The stack's services behind another address, and the folder's functions in place of its own. */
async function selfHosted(): Promise<{ functions: Functions; at: Target }> {
  const served: { functions?: Functions } = {};
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const [, name] = /^\/functions\/v1\/([^/]+)/.exec(pathname) ?? [];
      const base = name === undefined
        ? stack.apiUrl
        : await served.functions?.target(name);
      if (!base) {
        return Response.json({ msg: "no such function" }, { status: 500 });
      }
      const headers = new Headers(request.headers);
      headers.delete("Host");
      const path = name === undefined
        ? pathname
        : pathname.slice("/functions/v1".length);
      return await fetch(base + path + search, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
      });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const functions = await serveFunctions({
    dir: folder,
    runtime: await runtimeFor(DENO, folder),
    heapMiB: HEAP_MIB,
    env: {
      SUPABASE_URL: stack.apiUrl,
      SUPABASE_PUBLIC_URL: url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({
        default: stack.publishableKey,
      }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_DB_URL: stack.dbUrl,
      JWT_SECRET: "a-secret-of-the-older-kind-with-32-characters",
      VERIFY_JWT: "false",
    },
    reach: new URL(stack.apiUrl).host,
    onLine: () => {},
  });
  served.functions = functions;
  Deno.test.afterAll(async () => {
    await functions.stop();
    await server.shutdown();
  });
  const { publishableKey, secretKey, dbUrl } = stack;
  return { functions, at: { url, publishableKey, secretKey, dbUrl } };
}

Deno.test("installing leaves the router alone, and every function starts by its index.ts", async () => {
  assert.deepEqual(await functionNames(folder), [...names, "main"].sort());
  assert.equal(
    await Deno.readTextFile(join(folder, "main/index.ts")),
    "// The router.\n",
  );
  for (const name of names) {
    assert.ok(await functions.target(name), name);
    assert.match(
      await Deno.readTextFile(join(folder, name, "index.ts")),
      /from "\.\/index\.js"/,
    );
  }
});

Deno.test("a self-hosted project passes the doctor, and its URLs are the public ones", async () => {
  const findings = await diagnose(at);
  assert.deepEqual(failures(findings), []);
  const concerns = findings.filter(({ outcome }) => outcome === "warning");
  // pg_cron is not there; on one's own machine that is no failure.
  assert.deepEqual(concerns.map(({ id }) => id), ["cron"]);
});

Deno.test("the largest file, batch and message pass through 150 MB, and no function is restarted", async () => {
  const pids = names.map((name) => functions.pid(name));
  const user = await signUp("self-hosted", at);
  const content = new Uint8Array(LARGEST_FILE).fill(0x61);
  content.set(
    crypto.getRandomValues(new Uint8Array(16)).map((byte) =>
      byte & 0x3f | 0x40
    ),
  );
  const uploaded = await request(user, "file-upload", {
    at,
    headers: { "Content-Type": "text/plain", "X-File-Name": "large.txt" },
    body: content,
  });
  assert.equal(uploaded.status, 201, uploaded.text);
  const downloaded = await fetch(
    `${at.url}/functions/v1/file-download/${uploaded.body.file.id}`,
    { headers: user.headers },
  );
  const bytes = new Uint8Array(await downloaded.arrayBuffer());
  assert.equal(bytes.length, content.length);
  assert.ok(bytes.every((byte, index) => byte === content[index]));

  const name = fresh("large");
  const text = "word ".repeat(200_000);
  for (let batch = 0; batch < 4; batch++) {
    const { status } = await append(user, name, [text, text, text, text], {
      at,
    });
    assert.equal(status, 201);
  }
  const exported = await request(user, `conversation-history/${name}/export`, {
    at,
  });
  assert.equal(exported.status, 200);
  assert.ok(exported.text.length > 16 * text.length);
  assert.deepEqual(names.map((name) => functions.pid(name)), pids);
});
