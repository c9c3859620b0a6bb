/** Everybody can use it: axe finds nothing in any state, light, dark or narrow; the keyboard is enough. */
import assert from "node:assert/strict";
import axe from "npm:axe-core@4.14.1";
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
const guest = await account();
const id = await wellUsed();

/** A conversation with everything that a conversation can have. */
async function wellUsed(): Promise<string> {
  const name = fresh("axe");
  const { body } = await append(owner, name, [
    { role: "system", content: "Be brief." },
    "# A title\n\nText with `code`, a [link](https://example.com) and a list:\n\n- one\n- two",
    {
      role: "assistant",
      content:
        "```ts\nconst x = 1; // one\n```\n\n> quoted\n\n| a | b |\n| - | - |\n| 1 | 2 |",
      parts: [{ type: "tool_use", id: "t", name: "read", input: { a: 1 } }],
    },
    { role: "tool", content: "the result" },
    "first",
  ], { title: "A conversation that is well used" });
  await append(owner, name, ["second"], { after_position: 4 });
  await append(owner, name, [{ content: "second, revised", revises: 6 }]);
  const form = new FormData();
  form.append("file", new File(["text"], "a.txt", { type: "text/plain" }));
  await request(owner, `file-upload?continuation_id=${name}`, { body: form });
  await request(owner, `conversation-history/${name}/members/${guest.id}`, {
    method: "PUT",
    json: { role: "viewer" },
  });
  const theirs = await append(guest, fresh("axe"), ["hello"], {
    title: "An invitation",
  });
  await request(
    guest,
    `conversation-history/${theirs.body.conversation.id}/members/${owner.id}`,
    { method: "PUT", json: { role: "editor" } },
  );
  return body.conversation.id;
}

/** The rules that the page breaks, with the elements. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy refuses scripts, but not what the debugger evaluates.
  await page.evaluate(`${axe.source}; 0`);
  return await page.evaluate(`(async () => {
    await Promise.all(document.getAnimations().map((a) => a.effect.getTiming().iterations === Infinity ? 0 : a.finished));
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + ": " + target.join(" ") + " " + failureSummary));
  })()`);
}

const dialogOf = (page: Page) => page.getByRole("dialog");

async function close(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await dialogOf(page).waitFor({ state: "hidden" });
}

/** Each state of the console, and how one comes to it from the one before. */
const STATES: Record<string, (page: Page) => Promise<unknown>> = {
  home: (page) => page.getByText("An invitation").waitFor(),
  messages: async (page) => {
    await goTo(page, `#/c/${id}`);
    await messagesOf(page).getByText("second, revised").waitFor();
    await page.getByRole("group", { name: "Branches" }).waitFor();
    for (const folded of await page.locator("details.folded").all()) {
      await folded.evaluate((element) => Object(element).open = true);
    }
  },
  menu: (page) =>
    page.getByRole("button", { name: "Actions for message 2", exact: true })
      .click(),
  revise: async (page) => {
    await page.getByRole("menuitem", { name: "Revise" }).click();
    await page.getByLabel("New text of message 2").waitFor();
  },
  versions: async (page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Revised" }).click();
    await dialogOf(page).waitFor();
  },
  share: async (page) => {
    await close(page);
    await page.getByRole("button", { name: "Share" }).click();
    await dialogOf(page).getByText("invited").waitFor();
  },
  "confirming a deletion": async (page) => {
    await close(page);
    await choose(page, "Actions for the conversation", "Delete");
    await dialogOf(page).waitFor();
  },
  "options for sending": async (page) => {
    await close(page);
    await page.getByRole("button", { name: "Options for sending" }).click();
  },
  context: async (page) => {
    await page.keyboard.press("Escape");
    await goTo(page, `#/c/${id}/context`);
    await page.getByText(/ fit: /).last().waitFor();
  },
  "a context that is too small": async (page) => {
    await page.getByLabel("Token budget as a number").fill("1");
    await page.getByText(/^Too small/).last().waitFor();
  },
  "files of a conversation": async (page) => {
    await goTo(page, `#/c/${id}/files`);
    await page.getByRole("table").waitFor();
  },
  preview: async (page) => {
    await page.getByRole("button", { name: "a.txt", exact: true }).click();
    await dialogOf(page).getByText("text", { exact: true }).waitFor();
  },
  files: async (page) => {
    await close(page);
    await goTo(page, "#/files");
    await page.getByRole("table").waitFor();
  },
  "new conversation": async (page) => {
    await goTo(page, "#/new");
    await page.getByRole("heading", { name: "New conversation" }).waitFor();
  },
  settings: async (page) => {
    await goTo(page, "#/settings");
    await page.getByRole("heading", { name: "Account" }).waitFor();
  },
  reference: async (page) => {
    await goTo(page, "#/reference");
    await page.getByRole("list", { name: "Operations" }).locator("summary")
      .first().click();
    await page.getByText("application/json").first().waitFor();
  },
  absent: async (page) => {
    await goTo(page, "#/c/nothing-here");
    await page.getByText("There is no such conversation").waitFor();
  },
  search: async (page) => {
    await goTo(page, "#/");
    await page.getByRole("searchbox").fill("revised");
    await page.getByRole("region", { name: "Messages" }).waitFor();
  },
  "a search without hits": async (page) => {
    await page.getByRole("searchbox").fill("xyzzyq");
    await page.getByText("Nothing found").waitFor();
  },
  "the code of a request": async (page) => {
    await page.getByRole("button", { name: /^As code/ }).first().click();
    await page.getByRole("complementary").getByRole("region", { name: "Code" })
      .waitFor();
  },
  "a list that may be old": async (page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("");
    await page.route("**/conversation-history**", (route) => route.abort());
    await page.evaluate(
      `document.dispatchEvent(new Event("visibilitychange"))`,
    );
    await page.getByText("this list may be old").waitFor();
  },
  failure: async (page) => {
    await goTo(page, "#/c/another");
    await page.getByRole("alert").getByText("No connection").last().waitFor();
  },
  loading: async (page) => {
    await page.unroute("**/conversation-history**");
    await page.route("**/conversation-history/**", () => {});
    await goTo(page, "#/c/yet-another");
    await page.getByText("Loading the conversation…").waitFor();
  },
};

const VIEWS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 375, height: 700 } },
} as const;

for (const [name, view] of Object.entries(VIEWS)) {
  browserTest(
    `axe finds no violation in any state, ${name}`,
    () => Promise.resolve(view),
    async ({ page }) => {
      const found: Record<string, string[]> = {};
      const look = async (state: string) => {
        const broken = await violations(page);
        if (broken.length > 0) found[state] = broken;
        const overflow = await page.evaluate(
          "document.documentElement.scrollWidth - innerWidth",
        );
        if (Number(overflow) > 0) {
          found[state] = [...broken, `${overflow} pixels too wide`];
        }
      };
      await look("sign in");
      await page.getByLabel("E-mail").fill(owner.email);
      await page.getByLabel("Password").fill(owner.password);
      await page.keyboard.press("Enter");
      for (const [state, goThere] of Object.entries(STATES)) {
        await goThere(page);
        await look(state);
      }
      assert.deepEqual(found, {});
    },
  );
}

browserTest(
  "the keyboard is enough: skip link, list, menu with arrows, dialog that gives the focus back",
  () => Promise.resolve({ as: owner, at: `#/c/${id}` }),
  async ({ page }) => {
    const focused = () =>
      page.evaluate(
        `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent`,
      );
    await messagesOf(page).getByText("second, revised").waitFor();
    assert.equal(await focused(), "A conversation that is well used");

    const skip = page.getByRole("link", { name: "Skip to the content" });
    await skip.focus();
    await eventually(
      () => skip.evaluate((link) => link.getBoundingClientRect().top),
      (top) => top >= 0,
    );
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.id"), "main");

    const button = page.getByRole("button", {
      name: "Actions for the conversation",
    });
    await button.focus();
    await page.keyboard.press("Enter");
    await eventually(focused, (name) => name === "Rename");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), "Delete");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "Fork");
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "Actions for the conversation");
    await page.keyboard.press("Enter");
    await eventually(focused, (name) => name === "Rename");
    await page.keyboard.press("Enter");
    await dialogOf(page).waitFor();
    // The focus stays within the dialog.
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press("Tab");
      assert.ok(
        await page.evaluate(
          `document.activeElement === document.body || document.activeElement.closest("dialog") !== null`,
        ),
      );
    }
    await close(page);
    assert.equal(await focused(), "Actions for the conversation");
  },
);

browserTest(
  "light and dark follow the system, until one of them is chosen",
  () => Promise.resolve({ as: owner, colorScheme: "dark", at: "#/settings" }),
  async ({ page }) => {
    const ground = () =>
      page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor",
      );
    const dark = await ground();
    await page.emulateMedia({ colorScheme: "light" });
    const light = await ground();
    assert.notEqual(dark, light);
    await page.getByLabel("Dark", { exact: true }).check();
    assert.equal(await ground(), dark);
    await page.reload();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    assert.equal(await ground(), dark);
    await page.getByRole("button", { name: "Use the light theme" }).click();
    assert.equal(await ground(), light);
    await page.getByLabel("As the system").check();
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await ground(), dark);
  },
);

browserTest(
  "on a phone one thing fills the screen: the list, then a conversation, and back",
  () =>
    Promise.resolve({
      as: owner,
      viewport: { width: 375, height: 700 },
      hasTouch: true,
    }),
  async ({ page }) => {
    const entry = page.getByRole("list", { name: "Conversations" })
      .getByRole("link", { name: /well used/ });
    await entry.tap();
    await messagesOf(page).getByText("second, revised").waitFor();
    assert.ok(await entry.isHidden());
    await page.getByLabel("Message", { exact: true }).fill("from a phone");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await messagesOf(page).getByText("from a phone").waitFor();
    await page.getByRole("link", { name: "All conversations" }).tap();
    await entry.waitFor();
  },
);
