import assert from "node:assert/strict";
import { join } from "node:path";
import { stage } from "./binaries.ts";

Deno.test("staged programs are taken only where nobody else could have written them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const installed = join(folder, "installed");
    await Deno.mkdir(join(installed, "bin"), { recursive: true });
    await Deno.writeTextFile(join(installed, "bin/postgres"), "genuine");
    const copy = join(folder, "copy");
    for (const _ of ["made", "found"]) {
      assert.equal(await stage(installed, copy), copy);
      const program = join(copy, "bin/postgres");
      assert.equal(await Deno.readTextFile(program), "genuine");
      assert.equal(((await Deno.stat(copy)).mode ?? 0) & 0o777, 0o755);
    }
    assert.deepEqual(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
      ["copy", "installed"],
    );

    await Deno.chmod(copy, 0o777);
    await assert.rejects(stage(installed, copy), /written by another user/);
    await Deno.remove(copy, { recursive: true });
    await Deno.symlink(installed, copy);
    await assert.rejects(stage(installed, copy), /written by another user/);
    await Deno.remove(copy);
    if (Deno.uid() !== 0) return;
    await Deno.mkdir(copy, { mode: 0o755 });
    await Deno.chown(copy, 12345, null);
    await assert.rejects(stage(installed, copy), /written by another user/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
