/** Every program and command of the tutorial and of the how-to pages runs, and prints what the page says. */
import assert from "node:assert/strict";
import { builtPackage, emptyProject, packed } from "../client/package.ts";
import { ownStack } from "../local/own_stack.ts";
import { codeBlocks } from "./code_blocks.ts";
import { projectIn, runPage } from "./run_pages.ts";

const PAGES = [
  "README.md",
  "docs/tutorial/chat-loop.md",
  "docs/how-to/errors-and-retries.md",
  "docs/how-to/share.md",
  "docs/how-to/resume-an-upload.md",
  "docs/how-to/python.md",
];

const { at } = await ownStack();
const folder = await Deno.makeTempDir({ prefix: "continuum-pages-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
const { tarball } = await packed(await builtPackage(folder));

const [signInBlock] = (await codeBlocks("docs/tutorial/chat-loop.md"))
  .filter(({ info }) => info === "sign_in.mjs");

/** The users that the pages name: the seed's, and a friend. */
async function account(email: string, password: string): Promise<string> {
  const answer = await fetch(`${at.url}/auth/v1/signup`, {
    method: "POST",
    headers: { apikey: at.publishableKey, "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).user.id;
}

await account("demo@example.com", "continuum-demo");
const friendId = await account("friend@example.com", "continuum-friend");

for (const page of PAGES) {
  Deno.test(`${page} does what it says`, async () => {
    const project = projectIn(folder, page);
    await Deno.mkdir(project);
    await emptyProject(project, tarball);
    await Deno.writeTextFile(
      `${project}/project/sign_in.mjs`,
      signInBlock?.code ?? "",
    );
    await runPage(page, {
      folder: `${project}/project`,
      env: {
        SUPABASE_URL: at.url,
        SUPABASE_PUBLISHABLE_KEY: at.publishableKey,
        FRIEND_ID: friendId,
      },
    });
  });
}
