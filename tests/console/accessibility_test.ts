/** Everybody can use it: axe finds nothing in any state, light, dark or narrow; the keyboard is enough. */
import assert from "node:assert/strict";
import axe from "npm:axe-core@4.14.1";
import { browserTest, eventually, messagesOf, type Page } from "./browser.ts";
import { close, dialogOf, wellUsed } from "./states.ts";

const { owner, id, states } = await wellUsed();

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
      for (const [state, goThere] of Object.entries(states)) {
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
    const arrows = await page.getByRole("group", { name: "Branches" })
      .boundingBox();
    assert.ok(arrows && arrows.width > arrows.height, "the arrows are stacked");
    await page.getByLabel("Message", { exact: true }).fill("from a phone");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await messagesOf(page).getByText("from a phone").waitFor();
    await page.getByRole("link", { name: "All conversations" }).tap();
    await entry.waitFor();
  },
);
