/** What a project may put into a function's environment: keys of any name, and a URL with or without a slash. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { faultyProject } from "../support/fault_proxy.ts";
import { target } from "../support/target.ts";

const user = await signUp("user");

/** Asks a function that runs with these variables. */
async function ask(
  functionUrl: string,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<number> {
  const response = await fetch(`${functionUrl}/${path}`, { method, headers });
  await response.body?.cancel();
  return response.status;
}

const environments: [what: string, settings: Record<string, string>][] = [
  ["keys of any name", {
    SUPABASE_SECRET_KEYS: JSON.stringify({ "cron 2026": target.secretKey }),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ web: target.publishableKey }),
  }],
  ["a URL that ends in a slash", { SUPABASE_URL: `${target.url}/` }],
  ["no signing keys, which are read from Auth then", { SUPABASE_JWKS: "" }],
];

for (const [what, settings] of environments) {
  Deno.test(`a function works with ${what}`, async () => {
    await using project = await faultyProject("file-upload", { settings });
    const { functionUrl } = project;
    assert.equal(
      await ask(functionUrl, "file-upload/_/sweep", {
        apikey: target.secretKey,
      }, "POST"),
      200,
    );
    assert.equal(
      await ask(functionUrl, "file-upload/_/sweep", {
        apikey: "sb_secret_other",
      }, "POST"),
      401,
    );
    assert.equal(await ask(functionUrl, "file-upload/_/health", {}), 200);
    const id = crypto.randomUUID();
    const deleted = ask(
      functionUrl,
      `file-upload/${id}`,
      user.headers,
      "DELETE",
    );
    assert.equal(await deleted, 404);
  });
}

Deno.test("while keys are rotated, maintenance acts with the key that its caller has", async () => {
  await using project = await faultyProject("file-upload", {
    settings: {
      SUPABASE_SECRET_KEYS: JSON.stringify({
        default: "sb_secret_revoked",
        rotated: target.secretKey,
      }),
    },
  });
  const path = "file-upload/_/sweep";
  const headers = { apikey: target.secretKey };
  assert.equal(await ask(project.functionUrl, path, headers, "POST"), 200);
});
