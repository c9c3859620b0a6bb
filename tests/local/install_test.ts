import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of the checkout without node_modules, as a fresh clone is. */
async function clone(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "continuum-clone-" });
  const { success } = await new Deno.Command("cp", {
    args: [
      "-a",
      ...["console", "local", "scripts", "supabase", "deno.json", "deno.lock"]
        .map((name) => join(root, name)),
      folder,
    ],
  }).output();
  assert.ok(success);
  return folder;
}

async function status(folder: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "status"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, printed: text.decode(stdout), told: text.decode(stderr) };
}

const thereIs = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("the first task of a clone installs in two lines, and the next one does not", async () => {
  const folder = await clone();
  try {
    const first = await status(folder);
    assert.match(first.told, /^Installing packages\. This is needed once\.$/m);
    assert.match(first.told, /^Installed the packages in \d+ s\.$/m);
    assert.equal(first.printed, "");
    assert.match(first.told, /^No stack is running here\./m);
    // "Task" twice, the two lines, and whatever Deno has to warn of: never a line for each package.
    assert.ok(first.told.trim().split("\n").length < 12, first.told);

    const second = await status(folder);
    assert.doesNotMatch(second.told, /Install(ing|ed)/);
    assert.match(second.told, /^No stack is running here\./m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("packages are installed again if the lock file has changed, or if installing has failed", async () => {
  const folder = await clone();
  const lock = join(folder, "deno.lock");
  const locked = await Deno.readTextFile(lock);
  try {
    await Deno.writeTextFile(lock, locked.slice(0, locked.length / 2));
    const broken = await status(folder);
    assert.notEqual(broken.code, 0);
    assert.match(broken.told, /lockfile/i);
    assert.doesNotMatch(broken.told, /No stack is running here/);
    assert.equal(await thereIs(join(folder, "node_modules/.installed")), false);

    await Deno.writeTextFile(lock, locked);
    const mended = await status(folder);
    assert.match(mended.told, /Installed the packages/);

    await Deno.writeTextFile(lock, `${locked}\n`);
    const changed = await status(folder);
    assert.match(changed.told, /Installed the packages/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
