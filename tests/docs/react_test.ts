/** The page about React: its program is bundled, and used in a document. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtPackage, emptyProject, packed, run } from "../client/package.ts";
import { ownStack } from "../local/own_stack.ts";
import { codeBlocks } from "./code_blocks.ts";

const PACKAGES = [
  "react@19.3.1",
  "react-dom@19.3.1",
  "@supabase/supabase-js@2.119.1",
  "esbuild@0.28.2",
  "happy-dom@20.0.10",
];

const { at } = await ownStack();
const folder = await Deno.makeTempDir({ prefix: "continuum-react-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** What a reader does by hand: types, sends, and looks; and a model that answers meanwhile. */
const SESSION = `
import { Window } from "happy-dom";
const window = new Window({ url: "http://localhost/" });
for (const name of ["document", "HTMLElement", "HTMLIFrameElement", "Element", "Node", "Event", "navigator"]) globalThis[name] = window[name];
globalThis.window = globalThis;
globalThis.WebSocket ??= class {};
document.body.innerHTML = '<div id="root"></div>';
await import("./app.js");
const until = async (what, condition) => {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(what + ": " + document.body.innerHTML);
};
const items = () => [...document.querySelectorAll("li")].map((item) => item.textContent);
await until("it is shown", () => document.querySelector("input"));
const input = document.querySelector("input");
Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set.call(input, "Hello from React");
input.dispatchEvent(new window.Event("input", { bubbles: true }));
await until("it is typed", () => input.value === "Hello from React");
document.querySelector("form").dispatchEvent(new window.Event("submit", { bubbles: true, cancelable: true }));
await until("it is stored", () => document.querySelector('li[aria-busy="false"]'));

const { createContinuum } = await import("supabase-continuum");
const { signIn } = await import("./sign_in.mjs");
const conversation = createContinuum(await signIn()).conversation("react");
await conversation.append([{ role: "assistant", content: "Hello yourself" }]);
await until("an answer is shown", () => items().length === 2);
await conversation.revise(1, { role: "user", content: "Hello again" });
await until("a revision is shown", () => items().includes("user Hello again"));
console.log(JSON.stringify(items()));
process.exit(0);
`;

Deno.test("the React page's chat shows what is sent, what others append, and revisions", async () => {
  const { tarball } = await packed(await builtPackage(folder));
  const project = await emptyProject(folder, tarball);
  await run(
    "npm",
    ["install", "--no-audit", "--no-fund", ...PACKAGES],
    project,
  );
  const pages = ["docs/tutorial/chat-loop.md", "docs/how-to/react.md"];
  for (
    const { info, code } of (await Promise.all(pages.map(codeBlocks))).flat()
  ) {
    if (!/^\w+\.(mjs|jsx?)$/.test(info)) continue;
    await Deno.writeTextFile(
      join(project, info),
      code.replaceAll("http://127.0.0.1:54321", at.url),
    );
  }
  const signUp = await fetch(`${at.url}/auth/v1/signup`, {
    method: "POST",
    headers: { apikey: at.publishableKey, "Content-Type": "application/json" },
    body: JSON.stringify({
      email: "demo@example.com",
      password: "continuum-demo",
    }),
  });
  await signUp.body?.cancel();

  await run("npx", [
    "esbuild",
    "main.jsx",
    "--bundle",
    "--format=esm",
    "--jsx=automatic",
    "--outfile=app.js",
    "--log-level=error",
  ], project);
  await Deno.writeTextFile(join(project, "session.mjs"), SESSION);
  const printed = await run("node", ["session.mjs"], project, {
    SUPABASE_URL: at.url,
    SUPABASE_PUBLISHABLE_KEY: at.publishableKey,
  });
  assert.deepEqual(JSON.parse(printed.trim().split("\n").at(-1)!), [
    "user Hello again",
    "assistant Hello yourself",
  ]);
});
