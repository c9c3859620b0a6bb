/** Security's explanation names tests as proofs: they must be there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../local/config.ts";

Deno.test("every test that the explanation of security names is there", async () => {
  const page = join(root, "docs/explanation/security.md");
  const named = [...(await Deno.readTextFile(page)).matchAll(
    /`([a-z]+\/(?:[a-z_]+_test\.ts)?)`/g,
  )].map(([, path = ""]) => path).filter((path) => path !== "tests/");
  assert.ok(named.length > 20);
  for (const path of named) {
    const folder = path.startsWith("mcp/protected")
      ? "supabase/functions"
      : "tests";
    assert.ok(
      await Deno.stat(join(root, folder, path)).then(() => true, () => false),
      path,
    );
  }
});
