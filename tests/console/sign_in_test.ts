/** Who may come in, and how: the demo user in one click, an account, a session that is kept and refreshed. */
import assert from "node:assert/strict";
import { account, browserTest, eventually, signIn } from "./browser.ts";

const sidebar = "Conversations and pages";

browserTest(
  "the demo user signs in with one click",
  async () => {
    await account("demo@example.com", "continuum-demo");
    return {};
  },
  async ({ page }) => {
    await page.getByRole("button", { name: "Sign in as the demo user" })
      .click();
    await page.getByRole("navigation", { name: sidebar }).waitFor();
    assert.ok(await page.getByText("demo@example.com").isVisible());
  },
);

browserTest(
  "an account is created, signed out and signed in again",
  () => Promise.resolve({}),
  async ({ page }) => {
    const email = `new-${crypto.randomUUID()}@example.com`;
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("a-good-password");
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByText(email).waitFor();
    await page.getByText("No conversations yet").waitFor();

    await page.getByRole("button", { name: "Account", exact: true }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();

    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("a-wrong-password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.equal(
      await alert.textContent(),
      "The e-mail address or the password is wrong.",
    );

    await page.getByLabel("Password").fill("a-good-password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("navigation", { name: sidebar }).waitFor();
  },
);

browserTest(
  "a session outlives a reload, and an expired one is refreshed",
  async () => ({ as: await account() }),
  async ({ page }) => {
    await page.reload();
    await page.getByRole("navigation", { name: sidebar }).waitFor();

    const stored = () =>
      page.evaluate(() => {
        const name = Object.keys(localStorage).find((key) =>
          key.startsWith("continuum.session.")
        )!;
        return { name, session: JSON.parse(localStorage.getItem(name)!) };
      });
    const { name, session } = await stored();
    await page.evaluate(([name, text]) => localStorage.setItem(name!, text!), [
      name,
      JSON.stringify({
        ...session,
        access_token: "expired",
        expires_at: Math.floor(Date.now() / 1000) - 10,
      }),
    ]);
    await page.reload();
    await page.getByText("No conversations yet").waitFor();
    const now = await eventually(
      stored,
      ({ session }) => session.access_token !== "expired",
    );
    assert.ok(now.session.expires_at > Date.now() / 1000);
  },
);

browserTest(
  "signing out in one tab signs out the others, and leaves nothing of the user in the page",
  async () => ({ as: await account() }),
  async ({ page }) => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole("navigation", { name: sidebar }).waitFor();
    await page.getByRole("link", { name: "New conversation" }).first().click();
    await page.getByLabel("Message", { exact: true }).fill("not for others");
    await page.getByRole("button", { name: "Account", exact: true }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    const kept = await page.evaluate(() => [
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
    ]);
    assert.deepEqual(kept, []);
  },
);

const chosen = await account();

browserTest(
  "another project can be chosen, a secret key is refused, and the page's own is found again",
  () => Promise.resolve({ as: chosen, at: "#/settings" }),
  async ({ page }) => {
    const key = page.getByLabel("Publishable key");
    const own = await key.inputValue();
    await key.fill("sb_secret_something");
    await page.getByText("This is a secret key.").waitFor();
    const use = page.getByRole("button", { name: "Use this project" });
    assert.ok(await use.isDisabled());

    await key.fill("sb_publishable_of_another");
    const reloaded = page.waitForEvent("load");
    await use.click();
    await reloaded;
    await page.getByRole("link", { name: "Settings" }).click();
    assert.equal(await key.inputValue(), "sb_publishable_of_another");
    await page.getByRole("button", { name: "Back to the page's own" }).click();
    await page.getByRole("link", { name: "Settings" }).click();
    assert.equal(await page.getByLabel("Publishable key").inputValue(), own);
  },
);

browserTest(
  "a link cannot sign anybody in",
  () => Promise.resolve({ at: "#access_token=a&refresh_token=b&type=signup" }),
  async ({ page }) => {
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, chosen);
  },
);

browserTest(
  "a project that the page's policy does not allow is refused with what to do about it",
  () => Promise.resolve({ mayBeRefused: true }),
  async ({ page }) => {
    await page.getByText(/^Project 127/).click();
    await page.getByLabel("Project URL").fill("http://127.0.0.1:9");
    const reloaded = page.waitForEvent("load");
    await page.getByRole("button", { name: "Use this project" }).click();
    await reloaded;
    await page.getByLabel("E-mail").fill("somebody@example.com");
    await page.getByLabel("Password").fill("a-good-password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("listitem")
      .getByText("This page may not talk to http://127.0.0.1:9").waitFor();
  },
);
