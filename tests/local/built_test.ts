import assert from "node:assert/strict";
import { join } from "node:path";
import { buildDir, root } from "../../local/config.ts";
import { functionNames } from "../../local/functions/folder.ts";
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
    assert.ok(code.length > 0);
    assert.deepEqual(code, file, name);
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

Deno.test("a form, whose parsing loads what a raw body does not, is stored too", async () => {
  const user = await signUp("user", at);
  const form = new FormData();
  form.append("file", new File(["%PDF-1.7\n%%EOF\n"], "a.pdf"));
  const { status, body, text } = await request(user, "file-upload", {
    at,
    body: form,
  });
  assert.equal(status, 201, text);
  assert.equal(body.files[0].file.mime_type, "application/pdf");
});
