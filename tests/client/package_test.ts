/** What is published works where it is installed, is as small as promised, and holds nothing else. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "npm:esbuild@0.28.2";
import { VERSION } from "../../client/src/index.ts";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { tokenOf } from "./clients.ts";
import { builtPackage, emptyProject, packed, run } from "./package.ts";

const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
const built = await builtPackage(folder);
const { tarball, files } = await packed(built);
const project = await emptyProject(folder, tarball);
const user = await signUp("owner");

/** Bytes that a browser loads with the package, and with its first upload or follower. */
const CORE_BYTES = 15_000;
const LATER_BYTES = 9000;

for (
  const [runtime, program, args] of [
    ["Node", "node", []],
    ["Deno", Deno.execPath(), ["run", "-A", "--node-modules-dir=manual"]],
  ] as const
) {
  Deno.test(`the tarball works in an empty ${runtime} project`, async () => {
    const script = new URL("package_user.mjs", import.meta.url);
    await Deno.copyFile(script, `${project}/script.mjs`);
    const output = await run(program, [...args, "script.mjs"], project, {
      SUPABASE_URL: target.url,
      SUPABASE_PUBLISHABLE_KEY: target.publishableKey,
      ACCESS_TOKEN: tokenOf(user),
      CONVERSATION: fresh(runtime),
    });
    assert.deepEqual(JSON.parse(output), {
      seen: ["one", "two"],
      context: ["two"],
      name: "big.txt",
      isWhole: true,
      failure: "not_found",
    });
  });
}

Deno.test("the tarball has modules with their types, and no other file", () => {
  const others = files.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path));
  assert.deepEqual(others.sort(), [
    "LICENSE",
    "README.md",
    "bin/LICENSES.txt",
    "bin/continuum.js",
    "package.json",
  ]);
  for (const path of files.filter((path) => /^dist\/.*\.js$/.test(path))) {
    assert.ok(files.includes(path.replace(/js$/, "d.ts")), path);
  }
});

Deno.test("the tarball has the commands: npx runs them in an empty project, and says if Node is too old", async () => {
  const path = `${project}/messages.jsonl`;
  await Deno.writeTextFile(path, '{"role":"user","content":"Hello"}\n');
  const env = {
    CONTINUUM_URL: target.url,
    CONTINUUM_KEY: target.publishableKey,
    CONTINUUM_TOKEN: tokenOf(await signUp("owner")),
  };
  const program = `${project}/node_modules/supabase-continuum/bin/continuum.js`;
  const args = ["import", path, "--json"];
  const imported = { appended: 1, revised: 0 };
  const output = await run(
    Deno.execPath(),
    ["run", "-A", program, ...args],
    project,
    env,
  );
  assert.deepEqual(JSON.parse(output).messages, imported);
  const again = run("npx", ["continuum", ...args], project, env);
  const node = await run("node", ["-p", "process.versions.node"], project);
  if (Number.parseInt(node) < 22) await assert.rejects(again, /needs Node 22/);
  else {
    assert.deepEqual(JSON.parse(await again).messages, {
      appended: 0,
      revised: 0,
    });
  }
});

Deno.test("every import of the declarations is a file of the tarball", async () => {
  for (const path of files.filter((path) => path.startsWith("dist/"))) {
    const text = await Deno.readTextFile(`${built}/${path}`);
    for (const [, to] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
      const at = new URL(to!, `file:///${path}`).pathname.slice(1);
      assert.ok(files.includes(at), `${path} imports ${to}`);
    }
  }
});

Deno.test("the package has the project's version and no dependency", async () => {
  const changelog = await Deno.readTextFile(
    new URL("../../CHANGELOG.md", import.meta.url),
  );
  const { version, dependencies } = JSON.parse(
    await Deno.readTextFile(`${built}/package.json`),
  );
  assert.equal(version, VERSION);
  assert.equal(version, /^## \[?(\d+\.\d+\.\d+)/m.exec(changelog)?.[1]);
  assert.equal(dependencies, undefined);
});

Deno.test("the package is small: uploads and following are loaded when they are first used", async () => {
  const { outputFiles } = await build({
    entryPoints: [`${built}/dist/index.js`],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    write: false,
    outdir: folder,
  });
  const isLater = ({ path }: { path: string }) =>
    /\/(upload|follow)-/.test(path);
  const sizeOf = (files: { contents: Uint8Array }[]) =>
    files.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  const core = outputFiles.filter((file) => !isLater(file));
  const later = outputFiles.filter(isLater);
  const zipped = outputFiles.map(({ contents }) => ({
    contents: gzipSync(contents),
  }));
  console.log(
    `${sizeOf(core)} bytes at first, ${sizeOf(later)} later; ` +
      `${sizeOf(zipped)} together with gzip`,
  );
  assert.ok(sizeOf(core) <= CORE_BYTES);
  assert.ok(later.length === 2 && sizeOf(later) <= LATER_BYTES);
});
