import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { append, fresh } from "../support/http.ts";
import { signUp } from "../support/actors.ts";
import { launch, type LaunchOptions, type Place } from "./launch.ts";
import { freePort } from "../../local/ports.ts";
import { allGone } from "./processes.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const isRoot = Deno.uid() === 0;
const without =
  "it takes root to be somebody else; the other tests run as an ordinary user then";

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A checkout, and a place for its data inside. */
async function copyCheckout(folder: string): Promise<Place> {
  const sources = [
    "client",
    "console",
    "local",
    "scripts",
    "supabase",
    "deno.json",
    "deno.lock",
  ];
  await run("cp", "-a", ...sources.map((name) => join(root, name)), folder);
  return {
    dataDir: join(folder, ".local"),
    port: freePort(),
    dbPort: freePort(),
  };
}

/** The packages in their folder: as links, where the file system has them. */
async function linkPackages(folder: string): Promise<void> {
  const packages = join(root, "node_modules");
  await run("cp", "-al", packages, folder)
    .catch(() => run("cp", "-a", packages, folder));
}

/** Starts it twice, appends, and finds what it has appended; empties it in the end. */
async function assertWorks(
  place: Place,
  options: LaunchOptions,
  reset: LaunchOptions,
): Promise<void> {
  const name = fresh("kept");
  let owner;
  for (const seq of [1, 2]) {
    await using stack = launch(place, options);
    await stack.ready();
    owner ??= await signUp("owner", stack.target);
    const answer = await append(owner, name, ["one"], { at: stack.target });
    assert.equal(answer.body?.messages?.[0].seq, seq, answer.text);
    const page = await fetch(`${stack.target.url}/`);
    assert.match(await page.text(), /<script type="module"/);
    const pids = await stack.pids();
    assert.equal(await stack.stop(), 0);
    await allGone(pids, 10);
  }
  await using emptied = launch(place, reset);
  assert.equal(await emptied.ended(), 0, emptied.printed());
}

Deno.test({
  name: "root starts it in a checkout that other users cannot read",
  ignore: !isRoot,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "continuum-private-" });
    try {
      await Deno.chmod(folder, 0o700);
      const place = await copyCheckout(folder);
      await linkPackages(folder);
      const command = [Deno.execPath(), "run", "-A"];
      await assertWorks(
        place,
        { command: [...command, "local/start.ts"], cwd: folder },
        { command: [...command, "local/reset.ts"], cwd: folder },
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `an ordinary user starts it${isRoot ? "" : ` (ignored: ${without})`}`,
  ignore: !isRoot,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "continuum-ordinary-" });
    try {
      const place = await copyCheckout(folder);
      // Their own Deno and cache: root's may be out of their reach.
      const deno = join(folder, "deno");
      await Deno.copyFile(Deno.execPath(), deno);
      await Deno.mkdir(join(folder, "deno-dir"));
      await run("cp", "-a", join(await denoDir(), "npm"), `${folder}/deno-dir`);
      await run("cp", "-a", join(root, "node_modules"), folder);
      await run("chown", "-R", "nobody", folder);
      await Deno.chmod(folder, 0o755);
      const options = {
        cwd: folder,
        env: {
          HOME: folder,
          DENO_DIR: join(folder, "deno-dir"),
          TMPDIR: "/tmp",
          // Unset: npm would look for it where only root may read.
          LOCAL_FUNCTIONS_DENO: "",
        },
      };
      const command = ["setpriv", "--reuid=nobody", "--clear-groups", deno];
      await assertWorks(
        place,
        { ...options, command: [...command, "run", "-A", "local/start.ts"] },
        { ...options, command: [...command, "run", "-A", "local/reset.ts"] },
      );
      const refused = launch({ ...place, dataDir: "/continuum-not-mine" }, {
        ...options,
        command: [...command, "run", "-A", "local/start.ts"],
      });
      assert.equal(await refused.ended(), 1);
      assert.match(refused.printed(), /cannot be written to/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Where Deno keeps packages. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { denoDir: path }: { denoDir: string } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return path;
}
