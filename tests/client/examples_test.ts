/** Every example runs with the packed client, from an empty folder, and reads as the rest of the project does. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { builtPackage, packed, run } from "./package.ts";
import { typeFaults } from "./type_check.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
const { tarball } = await packed(await builtPackage(folder));

/** An example in a folder of its own, with the packed client in place of the checkout's. */
async function installed(name: string): Promise<string> {
  const project = `${folder}/${name}`;
  await Deno.mkdir(project);
  for await (const { name: file, isFile } of Deno.readDir(examples + name)) {
    if (isFile && !file.endsWith("-lock.json")) {
      await Deno.copyFile(`${examples}${name}/${file}`, `${project}/${file}`);
    }
  }
  const manifest = JSON.parse(
    await Deno.readTextFile(`${project}/package.json`),
  );
  manifest.dependencies["supabase-continuum"] = `file:${tarball}`;
  await Deno.writeTextFile(
    `${project}/package.json`,
    JSON.stringify(manifest, null, 2) + "\n",
  );
  await run(
    "npm",
    ["install", "--offline", "--no-audit", "--no-fund"],
    project,
  );
  return project;
}

Deno.test("the chat loop goes on where an earlier run has ended", async () => {
  const project = await installed("chat-loop");
  const deno = Deno.execPath();
  assert.equal(typeFaults(`${project}/main.ts`), "");
  await run(deno, ["lint", "--quiet"], project);
  await run(
    deno,
    ["fmt", "--check", "--quiet", "--ext=ts", "main.ts"],
    project,
  );

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
  const env = {
    SUPABASE_URL: target.url,
    SUPABASE_PUBLISHABLE_KEY: target.publishableKey,
    EMAIL: email,
    PASSWORD: password,
  };
  const name = fresh("chat");
  const chat = (input: string) =>
    run(
      deno,
      ["run", "-A", "--node-modules-dir=manual", "main.ts", name],
      project,
      env,
      input,
    );
  assert.equal(
    await chat("Hello\n"),
    "assistant: You have told me one thing. The last was: Hello\n",
  );
  assert.equal(
    await chat("Where were we?\n"),
    "user: Hello\n" +
      "assistant: You have told me one thing. The last was: Hello\n" +
      "assistant: You have told me 2 things. The last was: Where were we?\n",
  );
});
