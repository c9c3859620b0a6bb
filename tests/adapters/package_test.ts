/** Every adapter is imported from the tarball, beside its framework and nothing else, and is small. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { adapterSizes, adaptersOf } from "../../scripts/client_sizes.ts";
import { signUp } from "../support/actors.ts";
import { fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { tokenOf } from "../client/clients.ts";
import { builtPackage, emptyProject, packed, run } from "../client/package.ts";
import { typeFaults } from "../client/type_check.ts";

/** What each adapter exports, and the most bytes that it adds to the core. */
const ADAPTERS: Record<string, { exports: string[]; bytes: number }> = {
  "ai-sdk": {
    exports: [
      "StoredChat",
      "lastMessageOnly",
      "loadMessages",
      "openChat",
      "withStoreErrors",
    ],
    bytes: 13000,
  },
  "assistant-ui": {
    exports: [
      "attachments",
      "threadHistory",
      "threadList",
      "useThreadAdapters",
    ],
    bytes: 18500,
  },
  langgraph: { exports: ["ContinuumSaver"], bytes: 15000 },
  "openai-agents": { exports: ["ContinuumSession"], bytes: 8000 },
  claude: { exports: ["ContinuumSessionStore"], bytes: 8000 },
  langchain: { exports: ["ContinuumChatMessageHistory"], bytes: 4000 },
};

const installed = fileURLToPath(new URL("node_modules/", import.meta.url));
const folder = await Deno.makeTempDir({ prefix: "continuum-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});
const built = await builtPackage(folder);
const { tarball } = await packed(built);
const project = await emptyProject(folder, tarball);
await linkFrameworks();
const user = await signUp("owner");

/** Installs the peers of the package, as they are for these tests. */
async function linkFrameworks(): Promise<void> {
  const { peerDependencies } = JSON.parse(
    await Deno.readTextFile(`${built}/package.json`),
  );
  for (const name of Object.keys(peerDependencies)) {
    const at = `${project}/node_modules/${name}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    await Deno.symlink(await Deno.realPath(installed + name), at);
  }
}

Deno.test("the package exports every adapter, and nothing unknown", async () => {
  assert.deepEqual(
    Object.keys(await adaptersOf(built)).sort(),
    Object.keys(ADAPTERS).sort(),
  );
});

for (
  const [runtime, program, args] of [
    ["Node", "node", []],
    ["Deno", Deno.execPath(), ["run", "-A", "--node-modules-dir=manual"]],
  ] as const
) {
  Deno.test(`every adapter of the tarball is imported by ${runtime}`, async () => {
    await Deno.writeTextFile(
      `${project}/imports.mjs`,
      `const exported = {};
      for (const name of process.argv.slice(2)) {
        const module = await import("supabase-continuum/" + name);
        exported[name] = Object.keys(module).sort();
      }
      console.log(JSON.stringify(exported));`,
    );
    const names = Object.keys(ADAPTERS);
    const output = await run(
      program,
      [...args, "imports.mjs", ...names],
      project,
    );
    const expected = Object.entries(ADAPTERS).map((
      [name, { exports }],
    ) => [name, exports.toSorted()]);
    assert.deepEqual(JSON.parse(output), Object.fromEntries(expected));
  });

  Deno.test(`the adapters of the tarball keep what they are given in ${runtime}`, async () => {
    const script = new URL("package_user.mjs", import.meta.url);
    await Deno.copyFile(script, `${project}/user.mjs`);
    const output = await run(program, [...args, "user.mjs"], project, {
      SUPABASE_URL: target.url,
      SUPABASE_PUBLISHABLE_KEY: target.publishableKey,
      ACCESS_TOKEN: tokenOf(user),
      NAME: fresh(runtime),
    });
    assert.deepEqual(JSON.parse(output), [
      ["claude\0"],
      ["langchain"],
      { text: "langgraph" },
      { role: "user", content: "openai-agents" },
      [],
      "ai",
      {
        id: "u",
        role: "user",
        createdAt: "1970-01-01T00:00:00.000Z",
        content: [{ type: "text", text: "assistant-ui" }],
        attachments: [],
        metadata: { custom: {} },
      },
    ]);
  });
}

Deno.test("the types of every adapter are clean for a strict program", async () => {
  const lines = Object.keys(ADAPTERS).map((name) =>
    `export * from "supabase-continuum/${name}";\n`
  );
  await Deno.writeTextFile(`${project}/types.ts`, lines.join(""));
  const isOurs = (file: string) => !file.startsWith(installed);
  assert.equal(typeFaults(`${project}/types.ts`, isOurs), "");
});

Deno.test("every adapter is small", async () => {
  const sizes = await adapterSizes(built);
  console.log(sizes);
  for (const [name, { bytes }] of Object.entries(ADAPTERS)) {
    assert.ok(sizes[name]! <= bytes, `${name}: ${sizes[name]}`);
  }
});
