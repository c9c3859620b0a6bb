/** What was done, as code: it runs, does the same again, and never holds the token. */
import assert from "node:assert/strict";
import { run } from "../client/package.ts";
import { append, fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { account, browserTest, goTo, type Page } from "./browser.ts";

const owner = await account();
const token = owner.headers.Authorization!.slice("Bearer ".length);
const { body } = await append(owner, fresh("code"), ["before"]);
const id: string = body.conversation.id;

async function codeAs(page: Page, form: string): Promise<string> {
  const panel = page.getByRole("complementary", { name: "Requests as code" });
  await panel.getByRole("button", { name: form, exact: true }).click();
  return await panel.getByRole("region", { name: "Code" }).innerText();
}

/** Runs JavaScript, and gives back its `answer`. */
async function evaluated(code: string): Promise<Record<string, unknown>> {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(path, `${code}\nexport { answer };\n`);
    return (await import(`file://${path}`)).answer;
  } finally {
    await Deno.remove(path);
  }
}

browserTest(
  "an append as curl, as fetch and as client runs as it stands, and each is a replay of the first",
  () => Promise.resolve({ as: owner, at: `#/c/${id}` }),
  async ({ page }) => {
    const text = `it's "quoted" with $HOME, \`ticks\` and \\`;
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Options for sending" }).click();
    await page.getByLabel("Only if nothing arrived meanwhile").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("Stored as #2.").waitFor();
    await page.getByRole("button", { name: /^As code/ }).click();

    const curl = await codeAs(page, "curl");
    const output = await run("bash", [], "/tmp", {
      PATH: Deno.env.get("PATH")!,
    }, curl.replace("<access token>", token).replace("curl ", "curl -s "));
    const fetched = await codeAs(page, "fetch");
    const client = await codeAs(page, "client");
    const answers = [
      JSON.parse(output),
      await evaluated(`const accessToken = "${token}";\n${fetched}`),
      await evaluated(
        client.replace(
          '"supabase-continuum"',
          `"${new URL("../../client/src/index.ts", import.meta.url)}"`,
        ).replace(
          "{ supabase }",
          JSON.stringify({
            url: target.url,
            key: target.publishableKey,
            accessToken: token,
          }),
        ),
      ),
    ];
    for (const answer of answers) {
      assert.equal(answer.replayed, true);
      assert.equal(answer.messages[0].content, text);
    }
    const answer = JSON.parse(await codeAs(page, "Answer"));
    assert.equal(answer.messages[0].seq, 2);
    for (const code of [curl, fetched, client]) {
      assert.ok(!/eyJ|Bearer [^$]*\./.test(code), code);
    }
  },
);

browserTest(
  "the panel shows what each action has sent, and not what the page does by itself",
  () => Promise.resolve({ as: owner, at: `#/c/${id}` }),
  async ({ page }) => {
    await page.getByRole("button", { name: /^As code/ }).click();
    const panel = page.getByRole("complementary", { name: "Requests as code" });
    await panel.getByText("Nothing sent yet").waitFor();
    await goTo(page, `#/c/${id}/context`);
    const calls = panel.getByRole("list", { name: "Requests, newest first" })
      .getByRole("button");
    await calls.first().waitFor();
    assert.match(await calls.first().innerText(), /context\?max_tokens=/);
    assert.equal(await calls.count(), 1);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
  },
);
