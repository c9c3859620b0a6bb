/** Every state that the console can be in, with a user and a conversation that have all that there can be. */
import { append, fresh, request } from "../support/http.ts";
import {
  type Account,
  account,
  choose,
  goTo,
  messagesOf,
  type Page,
} from "./browser.ts";

/** The user, the id of the conversation, and the ways to the states. */
export async function wellUsed() {
  const owner = await account();
  const id = await conversationOf(owner);
  return { owner, id, states: statesFor(id) };
}

/** A conversation with everything that a conversation can have. */
async function conversationOf(owner: Account): Promise<string> {
  const guest = await account();
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

export const dialogOf = (page: Page) => page.getByRole("dialog");

export async function close(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await dialogOf(page).waitFor({ state: "hidden" });
}

/** Each state of the console, and how one comes to it from the one before. */
const statesFor = (
  id: string,
): Record<string, (page: Page) => Promise<unknown>> => ({
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
});
