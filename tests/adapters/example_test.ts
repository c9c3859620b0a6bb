/** The example of a chat runs with the built client and the packages that it names, and keeps what its page shows. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Chat } from "@ai-sdk/react";
import { DefaultChatTransport, type UIMessage } from "ai";
import {
  lastMessageOnly,
  type LoadedMessages,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { findChromium, withPage } from "../client/browser.ts";
import { builtPackage, run } from "../client/package.ts";
import { typeFaults } from "../client/type_check.ts";
import { fresh } from "../support/http.ts";
import { target } from "../support/target.ts";

const example = fileURLToPath(
  new URL("../../examples/ai-sdk-chat/", import.meta.url),
);
const installed = fileURLToPath(new URL("node_modules/", import.meta.url));
const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
const project = await installedExample();

/** The example in a folder of its own, with the packages of these tests. */
async function installedExample(): Promise<string> {
  const project = `${folder}/ai-sdk-chat`;
  await Deno.mkdir(project);
  for await (const { name, isFile } of Deno.readDir(example)) {
    if (isFile) await Deno.copyFile(example + name, `${project}/${name}`);
  }
  const { dependencies, devDependencies } = JSON.parse(
    await Deno.readTextFile(`${project}/package.json`),
  );
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const at = `${project}/node_modules/${name}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    const from = name === "supabase-continuum"
      ? await builtPackage(folder)
      : await Deno.realPath(installed + name);
    await Deno.symlink(from, at);
    if (name === "supabase-continuum") {
      // Its peer, as npm would install it.
      await Deno.mkdir(`${from}/node_modules`);
      await Deno.symlink(
        await Deno.realPath(`${installed}ai`),
        `${from}/node_modules/ai`,
      );
    }
  }
  return project;
}

/** The example's server, for a new user. */
async function serve(wordMs: number) {
  const password = crypto.randomUUID();
  const email = `${password}@example.com`;
  const signUp = await fetch(`${target.url}/auth/v1/signup`, {
    method: "POST",
    headers: {
      apikey: target.publishableKey,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ email, password }),
  });
  await signUp.body?.cancel();
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--node-modules-dir=manual", "server.ts"],
    cwd: project,
    env: {
      SUPABASE_URL: target.url,
      SUPABASE_PUBLISHABLE_KEY: target.publishableKey,
      EMAIL: email,
      PASSWORD: password,
      PORT: "0",
      WORD_MS: `${wordMs}`,
      NO_COLOR: "1",
    },
    stdout: "piped",
  }).spawn();
  const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  while (!output.includes("\n")) {
    const { value, done } = await lines.read();
    assert.ok(!done, output);
    output += value;
  }
  const [url] = /http:\S+/.exec(output) ?? [];
  assert.ok(url, output);
  return {
    url,
    async load(id: string, query = ""): Promise<LoadedMessages<UIMessage>> {
      const response = await fetch(`${url}/api/chat?id=${id}${query}`);
      assert.equal(response.status, 200);
      return await response.json();
    },
    screen: (id: string, messages: UIMessage[] = []) =>
      new Chat<UIMessage>({
        id,
        messages,
        transport: new DefaultChatTransport({
          api: `${url}/api/chat`,
          prepareSendMessagesRequest: lastMessageOnly,
        }),
      }),
    async [Symbol.asyncDispose]() {
      await lines.cancel();
      server.kill();
      await server.status;
    },
  };
}

const shown = (screen: Chat<UIMessage>) =>
  JSON.parse(JSON.stringify(screen.messages));
const texts = (messages: UIMessage[]) =>
  messages.map(({ parts }) =>
    parts.map((part) => part.type === "text" ? part.text : "").join("")
  );

Deno.test("the example names the packages that it is tested with, and reads as the rest of the project does", async () => {
  const { dependencies, devDependencies } = JSON.parse(
    await Deno.readTextFile(`${example}package.json`),
  );
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", import.meta.url)),
  );
  for (
    const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
    })
  ) {
    if (name === "supabase-continuum") continue;
    assert.equal(imports[name], `npm:${name}@${version}`);
  }
  await run(Deno.execPath(), ["lint", "--quiet"], project);
  await run(
    Deno.execPath(),
    ["fmt", "--check", "--quiet", "--ext=ts", "server.ts"],
    project,
  );
  const isOurs = (file: string) => !file.includes("/node_modules/");
  for (const name of ["server.ts", "page.tsx"]) {
    assert.equal(typeFaults(`${project}/${name}`, isOurs), "");
  }
});

Deno.test("a page is answered, asks for another answer, and finds its chat again", async () => {
  await using server = await serve(0);
  const page = await (await fetch(server.url)).text();
  assert.match(page, /page\.js/);
  const script = await (await fetch(`${server.url}/page.js`)).text();
  assert.match(script, /Answer again/);

  const id = fresh("chat");
  const screen = server.screen(id);
  await screen.sendMessage({ text: "Hello" });
  await screen.regenerate();
  const { messages } = await server.load(id);
  assert.deepEqual(messages, shown(screen));
  const reloaded = server.screen(id, messages);
  await reloaded.sendMessage({ text: "Where were we?" });
  assert.deepEqual(texts(reloaded.messages), [
    "Hello",
    "Answer 2. You have told me 1 thing. The last was: Hello",
    "Where were we?",
    "Answer 3. You have told me 2 things. The last was: Where were we?",
  ]);
  assert.deepEqual((await server.load(id)).messages, shown(reloaded));

  await screen.sendMessage({ text: "From another tab" });
  assert.match(screen.error?.message ?? "", /Load it again/);
});

Deno.test("an answer that is stopped is stored as far as its page shows it", async () => {
  await using server = await serve(50);
  const id = fresh("chat");
  const screen = server.screen(id);
  const sent = screen.sendMessage({ text: "Hello" });
  const until = Date.now() + 20_000;
  while (!/You have/.test(texts(screen.messages)[1] ?? "")) {
    assert.ok(Date.now() < until, screen.status);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await fetch(`${server.url}/api/stop?id=${id}`, { method: "POST" });
  await sent;
  assert.equal(screen.status, "ready");
  assert.doesNotMatch(texts(screen.messages)[1]!, /Hello/);
  assert.deepEqual((await server.load(id)).messages, shown(screen));
});

Deno.test("a page that is reloaded during an answer gets all of it", async () => {
  await using server = await serve(50);
  const id = fresh("chat");
  const screen = server.screen(id);
  const sent = screen.sendMessage({ text: "Hello" });
  while ((await server.load(id)).messages.length === 0);
  await screen.stop();
  await sent;
  const { messages, lastSeq } = await server.load(id);
  assert.deepEqual(texts(messages), ["Hello"]);
  assert.deepEqual(
    texts((await server.load(id, `&after=${lastSeq}`)).messages),
    ["Hello", "Answer 1. You have told me 1 thing. The last was: Hello"],
  );
});

/** The example's pages, with a script on the first one that does what a user would do. */
function withDriver(url: string, onResult: (result: unknown) => void) {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      switch (pathname) {
        case "/":
          return new Response(
            await (await fetch(url)).text() +
              '<script type="module" src="/driver.js"></script>',
            { headers: { "Content-Type": "text/html" } },
          );
        case "/driver.js":
          return new Response(
            await Deno.readTextFile(
              new URL("example_driver.js", import.meta.url),
            ),
            { headers: { "Content-Type": "text/javascript" } },
          );
        case "/result":
          onResult(await request.json());
          return new Response();
        default:
          return await fetch(url + pathname + search, {
            method: request.method,
            headers: request.headers,
            body: request.body,
            signal: request.signal,
          });
      }
    },
  );
}

const chromium = findChromium();

Deno.test({
  name: "in a browser: another answer, a reload during an answer, a stop",
  ignore: chromium === null,
  async fn() {
    await using server = await serve(60);
    const result = Promise.withResolvers<unknown>();
    const pages = withDriver(server.url, result.resolve);
    const { before, after, error } = await withPage(
      chromium!,
      `http://127.0.0.1:${pages.addr.port}/`,
      result.promise,
    ) as { before: string[]; after: string[]; error?: string };
    await pages.shutdown();
    assert.equal(error, undefined);
    assert.deepEqual(after, before);
    assert.deepEqual(after.slice(0, 5), [
      "user: Hello",
      "assistant: Answer 2. You have told me 1 thing. The last was: Hello",
      "user: More",
      "assistant: Answer 3. You have told me 2 things. The last was: More",
      "user: Stop me",
    ]);
    assert.match(after[5] ?? "", /^assistant: Answer 4. You have/);
    assert.doesNotMatch(after[5] ?? "", /Stop me$/);
  },
});
