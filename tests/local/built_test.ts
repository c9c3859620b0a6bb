import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { buildDir, root, StackError } from "../../local/config.ts";
import { chooseFunctions } from "../../local/functions/choice.ts";
import { functionNames } from "../../local/functions/folder.ts";
import { serveFunctions } from "../../local/functions/serve.ts";
import { deployable, requireLocked } from "../../scripts/build.ts";
import { bundle } from "../../scripts/bundle.ts";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { ownStack } from "./own_stack.ts";

const source = join(root, "supabase/functions");
const built = join(buildDir, "supabase/functions");
const { at } = await ownStack({ functionsBuilt: true });
const names = await functionNames(source);

/** What the module graph of a file has in it. */
async function modulesOf(path: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", path],
  }).output();
  const graph: { modules: { specifier: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return graph.modules.map(({ specifier }) => specifier);
}

Deno.test("every function is built, and a bundle imports nothing but Node's modules", async () => {
  assert.deepEqual(await functionNames(built), names);
  for (const name of names) {
    const [self, ...others] = (await modulesOf(join(built, name, "index.js")))
      .sort();
    assert.match(self ?? "", new RegExp(`/${name}/index\\.js$`));
    for (const other of others) assert.match(other, /^node:/, name);
  }
});

Deno.test("the same functions give the same bytes, which say nothing of the machine", async () => {
  for (const { name, code } of await bundle(source, names)) {
    const file = await Deno.readFile(join(built, name, "index.js"));
    assert.ok(Buffer.from(code).equals(file), name);
    assert.ok(!new TextDecoder().decode(code).includes(root), name);
  }
});

Deno.test("built functions append, read, store and give back", async () => {
  const user = await signUp("user", at);
  const name = fresh("built");
  const appended = await append(user, name, ["hello"], { at });
  assert.equal(appended.status, 201, appended.text);
  const page = await history(user, name, "", at);
  assert.equal(page.body.messages[0].content, "hello");

  const uploaded = await request(user, "file-upload", {
    at,
    headers: { "Content-Type": "text/plain", "X-File-Name": "built.txt" },
    body: "stored by a bundle",
  });
  assert.equal(uploaded.status, 201, uploaded.text);
  const path = `file-download/${uploaded.body.file.id}`;
  const downloaded = await request(user, path, { at });
  assert.equal(downloaded.status, 200);
  assert.equal(downloaded.text, "stored by a bundle");
});

Deno.test("a bundle runs under another Deno, from nothing but its own folder", async () => {
  const functions = await serveFunctions({
    ...await chooseFunctions({
      functionsDir: built,
      functionsDeno: Deno.execPath(),
    }),
    env: { SUPABASE_URL: at.url },
    reach: new URL(at.url).host,
    onLine() {},
  });
  try {
    for (const name of names) {
      const url = `${await functions.target(name)}/${name}/_/openapi.json`;
      const answer = await fetch(url);
      await answer.body?.cancel();
      assert.equal(answer.status, 200, name);
    }
  } finally {
    await functions.stop();
  }
});

Deno.test("what cannot be built or run is said in a sentence", async () => {
  await assert.rejects(
    chooseFunctions({ functionsDeno: "/nowhere/deno" }),
    (error) =>
      error instanceof StackError && /LOCAL_FUNCTIONS_DENO/.test(error.message),
  );
  await assert.rejects(
    requireLocked([{ name: "f", code: new Uint8Array(), packages: ["a@1"] }]),
    (error) =>
      error instanceof StackError && /f would be .* a@1/.test(error.message),
  );
  assert.throws(
    () => deployable('project_id = "x"\n', ["conversation-append"]),
    (error) =>
      error instanceof StackError &&
      /\[functions\.conversation-append\]/.test(error.message),
  );
});

Deno.test("the settings of a deployed function are those of its source, but for its entrypoint", async () => {
  const config = await Deno.readTextFile(join(root, "supabase/config.toml"));
  const deployed = deployable(config, names);
  for (const name of names) {
    assert.ok(deployed.includes(`"./functions/${name}/index.js"`), name);
  }
  const settings = (text: string) =>
    text.split("\n").filter((line) =>
      !/^(import_map|entrypoint) = /.test(line)
    );
  assert.deepEqual(settings(deployed), settings(config));
});
