/** Writing: keys that make a retry safe, conflicts, roles, branches, revisions and erasing. */
import assert from "node:assert/strict";
import { append, fresh, request } from "../support/http.ts";
import {
  account,
  browserTest,
  choose,
  eventually,
  goTo,
  messagesOf,
  type Page,
} from "./browser.ts";

const owner = await account();

async function conversation(
  messages: Parameters<typeof append>[2],
): Promise<string> {
  const { body } = await append(owner, fresh("console"), messages);
  return body.conversation.id;
}

async function history(id: string, query = "") {
  return (await request(owner, `conversation-history/${id}${query}`)).body;
}

const field = (page: Page) => page.getByLabel("Message", { exact: true });

async function texts(page: Page): Promise<string[]> {
  return await messagesOf(page).locator(".message-main > :nth-child(2)")
    .allInnerTexts();
}

const first = await conversation(["hello"]);

browserTest(
  "a message is sent with its role by the keyboard, and again with the same key is stored once",
  () => Promise.resolve({ as: owner, at: `#/c/${first}` }),
  async ({ page }) => {
    await field(page).fill("from a model");
    await page.getByLabel("Role", { exact: true }).selectOption("assistant");
    await page.getByRole("button", { name: "Options for sending" }).click();
    const key = await page.getByLabel("Idempotency-Key").inputValue();
    await page.keyboard.press("Escape");
    await field(page).focus();
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("on two lines");
    await page.keyboard.press("Enter");
    await page.getByText("Stored as #2.").waitFor();
    assert.notEqual(key, "");
    await page.getByRole("button", { name: "Send again with the same key" })
      .click();
    await page.getByText(/Nothing was written/).first().waitFor();
    const { messages } = await history(first);
    assert.deepEqual(
      messages.map(({ role, content }: Record<string, string>) => [
        role,
        content,
      ]),
      [["user", "hello"], ["assistant", "from a model\non two lines"]],
    );
  },
);

browserTest(
  "options have the focus before another key can be pressed, and Escape closes them from wherever it is",
  () => Promise.resolve({ as: owner, at: `#/c/${first}` }),
  async ({ page }) => {
    const button = page.getByRole("button", { name: "Options for sending" });
    const key = page.getByLabel("Idempotency-Key");
    await button.waitFor();
    assert.equal(
      await page.evaluate(`(async () => {
        document.querySelector("[aria-label='Options for sending']").click();
        // What follows in the same task. No key is told of before it ends.
        for (let turns = 0; turns < 10; turns++) await null;
        return document.activeElement.tagName;
      })()`),
      "INPUT",
    );
    await page.keyboard.press("Escape");
    await key.waitFor({ state: "hidden" });
    await button.click();
    await key.waitFor();
    await button.focus();
    await page.keyboard.press("Escape");
    await key.waitFor({ state: "hidden" });
  },
);

const lost = await conversation(["before"]);

browserTest(
  "a draft outlives a lost answer and a reload with its key, so that it is stored once",
  () => Promise.resolve({ as: owner, at: `#/c/${lost}` }),
  async ({ page }) => {
    await messagesOf(page).getByText("before").waitFor();
    // Each request reaches the project, and its answer is lost.
    await page.route("**/conversation-append", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await field(page).fill("written once");
    await page.keyboard.press("Enter");
    await page.getByText("No connection", { exact: true }).waitFor();
    await page.unroute("**/conversation-append");
    await page.reload();
    assert.equal(await field(page).inputValue(), "written once");
    await page.getByRole("button", { name: "Options for sending" }).click();
    await page.getByLabel("Only if nothing arrived meanwhile").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("Stored as #2.").waitFor();
    assert.equal((await history(lost)).messages.length, 2);
  },
);

const contested = await conversation(["one"]);

browserTest(
  "what arrived meanwhile is said before a message is stored, which waits for a decision",
  () => Promise.resolve({ as: owner, at: `#/c/${contested}` }),
  async ({ page }) => {
    await messagesOf(page).getByText("one").waitFor();
    await field(page).fill("mine");
    await append(owner, contested, ["theirs"]);
    await messagesOf(page).getByText("theirs").waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("1 message arrived while you were writing.")
      .waitFor();
    assert.equal((await history(contested)).messages.length, 2);
    assert.equal(await field(page).inputValue(), "mine");
    await alert.getByRole("button", { name: "Send after #2" }).click();
    await messagesOf(page).getByText("mine").waitFor();
    assert.equal((await history(contested)).messages.length, 3);
  },
);

const branched = await conversation(["question", {
  role: "assistant",
  content: "first answer",
}, "thanks"]);

browserTest(
  "an answer from an earlier message begins a branch, and arrows lead to the other and back",
  () => Promise.resolve({ as: owner, at: `#/c/${branched}` }),
  async ({ page }) => {
    await choose(page, "Actions for message 1", "Answer from here");
    await page.getByText("Your message follows #1.").waitFor();
    await page.getByLabel("Role", { exact: true }).selectOption("assistant");
    await field(page).fill("second answer");
    await page.keyboard.press("Enter");
    await messagesOf(page).getByText("second answer").waitFor();
    assert.deepEqual(await texts(page), ["question", "second answer"]);

    const arrows = page.getByRole("group", { name: "Branches" });
    await arrows.getByText("2 / 2").waitFor();
    await arrows.getByRole("button", { name: "Earlier branch" }).click();
    await messagesOf(page).getByText("thanks").waitFor();
    assert.deepEqual(await texts(page), ["question", "first answer", "thanks"]);
    await arrows.getByRole("button", { name: "Later branch" }).click();
    await messagesOf(page).getByText("second answer").waitFor();
    assert.equal((await history(branched)).conversation.head_position, 4);
  },
);

const rewound = await conversation(["a", "b", "c"]);

browserTest(
  "a rewind ends the conversation earlier, can be undone, and shows the way to what was left",
  () => Promise.resolve({ as: owner, at: `#/c/${rewound}` }),
  async ({ page }) => {
    await choose(page, "Actions for message 1", "Rewind to here");
    await eventually(() => texts(page), (line) => line.length === 1);
    await page.getByRole("button", { name: "Undo" }).click();
    await eventually(() => texts(page), (line) => line.length === 3);

    await choose(page, "Actions for message 2", "Rewind to here");
    await eventually(() => texts(page), (line) => line.length === 2);
    await page.getByText("A branch goes on from here.").waitFor();
    await page.getByRole("button", { name: "Show the newest" }).click();
    await eventually(() => texts(page), (line) => line.length === 3);
  },
);

const revised = await conversation(["draft", "after"]);

browserTest(
  "a message is revised in its place, its versions are shown, and an earlier one is taken back",
  () => Promise.resolve({ as: owner, at: `#/c/${revised}` }),
  async ({ page }) => {
    await choose(page, "Actions for message 1", "Revise");
    await page.getByLabel("New text of message 1").fill("final");
    await page.keyboard.press("Control+Enter");
    await messagesOf(page).getByText("final").waitFor();
    assert.deepEqual(await texts(page), ["final", "after"]);

    await page.getByRole("button", { name: "Revised" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("draft", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Use this one" }).click();
    // The dialog shows the text too, and before it is stored.
    await eventually(() => texts(page), (line) => line[0] === "draft");
    const { messages } = await eventually(
      () => history(revised),
      ({ messages }) => messages[0].content === "draft",
    );
    assert.equal(messages[1].content, "after");
  },
);

const erased = await conversation(["a secret", "the rest"]);

browserTest(
  "an erased message is gone from the page, from its versions and from the project",
  () => Promise.resolve({ as: owner, at: `#/c/${erased}` }),
  async ({ page }) => {
    await choose(page, "Actions for message 1", "Erase");
    await page.getByRole("dialog").getByRole("button", { name: "Erase" })
      .click();
    await messagesOf(page).getByText(/^Erased/).waitFor();
    assert.equal(await page.getByText("a secret").count(), 0);
    assert.equal((await history(erased)).messages[0].content, null);
  },
);

const forked = await conversation(["kept", "left"]);

browserTest(
  "a fork up to a message begins as the conversation did and leaves it as it is",
  () => Promise.resolve({ as: owner, at: `#/c/${forked}` }),
  async ({ page }) => {
    await choose(page, "Actions for message 1", "Fork up to here");
    await page.getByRole("dialog").getByRole("button", { name: "Fork" })
      .click();
    await eventually(
      () => Promise.resolve(page.url()),
      (url) => !url.includes(forked),
    );
    await messagesOf(page).getByText("kept").waitFor();
    assert.deepEqual(await texts(page), ["kept"]);
    await goTo(page, `#/c/${forked}`);
    await messagesOf(page).getByText("left").waitFor();
  },
);
