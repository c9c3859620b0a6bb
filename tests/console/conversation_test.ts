/** Conversations: the list, search, live messages, older pages, and what is done with a conversation. */
import assert from "node:assert/strict";
import { append, fresh, request } from "../support/http.ts";
import {
  account,
  browserTest,
  choose,
  eventually,
  goTo,
  messagesOf,
} from "./browser.ts";

const owner = await account();

/** A conversation of the owner's; its id. */
async function conversation(
  title: string,
  messages: Parameters<typeof append>[2],
): Promise<string> {
  const { body } = await append(owner, fresh("console"), messages, { title });
  return body.conversation.id;
}

browserTest(
  "a conversation is begun by its first message, and is in the list",
  () => Promise.resolve({ as: owner }),
  async ({ page }) => {
    const name = fresh("begun");
    await page.getByRole("link", { name: "New conversation" }).first().click();
    await page.getByLabel("Title", { exact: true }).fill(
      "Begun in the console",
    );
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Message", { exact: true }).fill("The first words");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Begun in the console" }).waitFor();
    await messagesOf(page).getByText("The first words").waitFor();
    const listed = page.getByRole("list", { name: "Conversations" })
      .getByRole("link", { name: "Begun in the console" });
    await listed.waitFor();
    assert.equal(await listed.getAttribute("aria-current"), "page");
    const { body } = await request(owner, `conversation-history/${name}`);
    assert.equal(body.messages[0].content, "The first words");
  },
);

const live = await conversation("Live", ["one"]);

browserTest(
  "a message from elsewhere is shown as it comes, and a screen reader is told",
  () => Promise.resolve({ as: owner, at: `#/c/${live}` }),
  async ({ page }) => {
    await page.getByText("Live", { exact: true }).last().waitFor();
    await messagesOf(page).getByText("one").waitFor();
    await append(owner, live, [{ role: "assistant", content: "two, live" }]);
    await messagesOf(page).getByText("two, live").waitFor();
    await page.getByRole("status")
      .getByText("New message, assistant: two, live").waitFor();
  },
);

const long = await conversation("Long", tensOf("early", 9));
for (let i = 0; i < 3; i++) await append(owner, long, tensOf(`late ${i}`, 9));

function tensOf(word: string, tens: number): string[] {
  return Array.from({ length: tens * 10 }, (_, i) => `${word} ${i + 1}`);
}

browserTest(
  "older messages are loaded as one scrolls up, and what one reads stays in its place",
  () => Promise.resolve({ as: owner, at: `#/c/${long}` }),
  async ({ page }) => {
    const messages = messagesOf(page);
    await messages.getByText("late 2 90", { exact: true }).waitFor();
    assert.equal(await messages.count(), 50);
    // The end is what one sees first.
    await eventually(
      () =>
        messages.last().evaluate((item) => item.getBoundingClientRect().top),
      (top) => top > 0 && top < 800,
    );
    const scroller = page.getByRole("region", { name: "Messages" });
    const first = messages.first();
    const text = await first.innerText();
    const before = await scroller.evaluate((element) => {
      element.scrollTop = 0;
      return element.querySelector("li")!.getBoundingClientRect().top;
    });
    await eventually(() => messages.count(), (count) => count >= 100);
    const after = await messages.nth(await messages.count() - 50)
      .evaluate((item) => item.getBoundingClientRect().top);
    assert.equal(
      await messages.nth(await messages.count() - 50).innerText(),
      text,
    );
    assert.ok(Math.abs(after - before) < 60, `moved by ${after - before}`);
    for (let i = 0; i < 10; i++) {
      await scroller.evaluate((element) => element.scrollTop = 0);
      if (await page.getByText("The conversation begins here.").isVisible()) {
        break;
      }
      await page.waitForTimeout(200);
    }
    await eventually(() => messages.count(), (count) => count === 360);
    assert.match(await messages.first().innerText(), /early 1$/);
  },
);

browserTest(
  "search finds titles by parts of words and messages by words, marks them, and leads to the message",
  () => Promise.resolve({ as: owner }),
  async ({ page }) => {
    await conversation("Quokkas and their habits", ["nothing of the kind"]);
    await append(owner, long, ["The zebrafish is mentioned here."]);
    await page.reload();
    const list = page.getByRole("list", { name: "Conversations" });
    await list.getByText("Quokkas").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("quok");
    const title = page.getByRole("region", { name: "Titles" });
    await title.getByRole("link", { name: /Quokkas and their habits/ })
      .waitFor();
    assert.equal(await title.locator("mark").first().textContent(), "Quok");

    await page.getByRole("searchbox").fill("zebrafish");
    const hit = page.getByRole("region", { name: "Messages" })
      .getByRole("link", { name: /zebrafish/ });
    await hit.waitFor();
    assert.equal(await hit.locator("mark").textContent(), "zebrafish");
    await hit.click();
    await messagesOf(page).getByText("The zebrafish is mentioned here.")
      .waitFor();

    await page.getByRole("searchbox").fill("xyzzyq");
    await page.getByText("Nothing found").waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor();
  },
);

browserTest(
  "a hit far back is loaded and brought into view",
  () => Promise.resolve({ as: owner, at: `#/c/${long}?at=3` }),
  async ({ page }) => {
    const message = messagesOf(page).getByText("early 3", { exact: true });
    await message.waitFor();
    await eventually(
      () => message.evaluate((item) => item.getBoundingClientRect().top),
      (top) => top > 0 && top < 800,
    );
  },
);

const changed = await conversation("To be changed", ["a", "b"]);

browserTest(
  "a conversation is renamed, archived and found in the archive, exported, forked and deleted",
  () => Promise.resolve({ as: owner, at: `#/c/${changed}` }),
  async ({ page }) => {
    const actions = "Actions for the conversation";
    const list = page.getByRole("list", { name: "Conversations" });
    await page.getByRole("heading", { name: "To be changed" }).waitFor();
    await choose(page, actions, "Rename");
    await page.getByRole("dialog").getByLabel("Title").fill("Changed");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Changed", exact: true }).waitFor();
    await list.getByRole("link", { name: /^Changed/ }).waitFor();

    const download = page.waitForEvent("download");
    await choose(page, actions, "Export");
    const file = await download;
    assert.match(file.suggestedFilename(), /\.ndjson$/);
    const lines = (await Deno.readTextFile(await file.path())).trim()
      .split("\n").map((line) => JSON.parse(line));
    assert.equal(lines[0].title, "Changed");
    assert.deepEqual(lines.at(-1), { type: "end", messages: 2, files: 0 });

    await choose(page, actions, "Archive");
    await page.getByText("archived", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Archive", exact: true }).click();
    await list.getByRole("link", { name: /^Changed/ }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();

    await choose(page, actions, "Fork");
    await page.getByLabel("Title of the copy").fill("The copy");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "The copy" }).waitFor();
    assert.ok(!page.url().includes(changed));

    await choose(page, actions, "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" })
      .click();
    await page.getByRole("heading", { name: "Choose a conversation" })
      .waitFor();
    await eventually(
      () => list.getByRole("link", { name: /^The copy/ }).count(),
      (count) => count === 0,
    );
    assert.equal(
      (await request(owner, `conversation-history/${changed}`)).status,
      200,
    );
  },
);

browserTest(
  "what does not exist, and a project that does not answer, are said so, and another try is offered",
  () => Promise.resolve({ as: owner, at: "#/c/nothing-here" }),
  async ({ page }) => {
    await page.getByText("There is no such conversation").waitFor();
    await page.route("**/conversation-history/**", (route) => route.abort());
    await goTo(page, `#/c/${live}`);
    await page.getByText("No connection", { exact: true }).waitFor();
    await page.unroute("**/conversation-history/**");
    await page.getByRole("button", { name: "Try again" }).last().click();
    await messagesOf(page).getByText("one").waitFor();
  },
);
