/**
 * The files of a developer's disk as real browsers send them, from a page of another origin. A browser that is not
 * installed is skipped: `apt-get install chromium firefox-esr` on Debian. With CORPUS=all every file is sent.
 */
import assert from "node:assert/strict";
import puppeteer, { type Page } from "npm:puppeteer-core@25.16.0";
import { type Actor, signUp } from "../support/actors.ts";
import { target } from "../support/target.ts";
import { outcomeOf } from "./corpus/outcome.ts";
import { runs, withFolder } from "./corpus/programs.ts";
import { corpus, someOf, tens } from "./corpus/samples.ts";

const BROWSERS = {
  Chromium: { browser: "chrome", commands: ["chromium", "google-chrome"] },
  Firefox: { browser: "firefox", commands: ["firefox-esr", "firefox"] },
} as const;

async function pathOf(commands: readonly string[]): Promise<string | null> {
  for (const command of commands) {
    if (!await runs(command, "--version")) continue;
    const { stdout } = await new Deno.Command("which", { args: [command] })
      .output();
    return new TextDecoder().decode(stdout).trim();
  }
  return null;
}

/** A form, and a function that sends it by fetch and resolves to the results and the types that were declared. */
const PAGE = `<!doctype html>
<form><input type="file" name="files" multiple></form>
<script>
  async function send(url, headers) {
    const form = document.querySelector("form");
    const answer = await fetch(url, { method: "POST", headers, body: new FormData(form) });
    const types = Array.from(form.elements.files.files, (file) => file.type);
    return { ...await answer.json(), types };
  }
</script>`;

/** Serves the page from an origin that is not the project's. */
function servePage(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(PAGE, { headers: { "Content-Type": "text/html" } }),
  );
}

/** Chooses files in the page's form and sends it. */
async function send(
  page: Page,
  actor: Actor,
  paths: string[],
): Promise<{ results: unknown[]; types: string[] }> {
  const input = await page.$("input");
  await input!.uploadFile(...paths);
  const url = `${target.url}/functions/v1/file-upload`;
  return await page.evaluate(
    `send(${JSON.stringify(url)}, ${JSON.stringify(actor.headers)})`,
  ) as { results: unknown[]; types: string[] };
}

for (const [name, { browser, commands }] of Object.entries(BROWSERS)) {
  const executablePath = await pathOf(commands);
  Deno.test({
    name: executablePath === null
      ? `SKIPPED, since ${name} is not installed: every file is stored unchanged from its form`
      : `every file is stored unchanged from a form of the ${name} that is installed`,
    ignore: executablePath === null,
    fn: async () => {
      const actor = await signUp("browser");
      const samples = someOf(corpus());
      const server = servePage();
      const running = await puppeteer.launch({
        browser,
        executablePath: executablePath!,
        headless: true,
        // Chromium does not run as root in its sandbox.
        args: browser === "chrome" ? ["--no-sandbox"] : [],
      });
      try {
        const page = await running.newPage();
        await page.goto(`http://127.0.0.1:${server.addr.port}/`);
        await withFolder(samples, async (folder) => {
          const outcomes = [];
          for (const group of tens(samples)) {
            const { results, types } = await send(
              page,
              actor,
              group.map((sample) => `${folder}/${sample.name}`),
            );
            for (const [index, sample] of group.entries()) {
              outcomes.push(
                await outcomeOf(
                  actor,
                  sample,
                  types[index] ?? "",
                  results[index],
                  index === 0,
                ),
              );
            }
          }
          const wrong = outcomes.filter(({ is }) => is !== "stored");
          assert.deepEqual(wrong, []);
          console.log(
            `${await running
              .version()}: ${outcomes.length} of ${samples.length} files stored`,
          );
        });
      } finally {
        await running.close();
        await server.shutdown();
      }
    },
  });
}
