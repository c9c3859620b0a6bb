/** The context view: what a model would be given for a budget, and what is left out. */
import assert from "node:assert/strict";
import { append, fresh, request } from "../support/http.ts";
import { account, browserTest, eventually, goTo } from "./browser.ts";

const owner = await account();
const { body } = await append(owner, fresh("context"), [
  { role: "system", content: "Be brief.", token_count: 10 },
  { content: "old question", token_count: 100 },
  { role: "assistant", content: "old answer", token_count: 100 },
  { content: "new question", token_count: 50 },
  { role: "assistant", content: "new answer", token_count: 40 },
]);
const id: string = body.conversation.id;

browserTest(
  "the slider shows what fits and what is left out, as the API has it",
  () => Promise.resolve({ as: owner, at: `#/c/${id}/context` }),
  async ({ page }) => {
    const rows = page.getByRole("list", { name: "Messages of the context" })
      .getByRole("listitem");
    const slider = page.getByRole("slider", { name: "Token budget" });
    await slider.waitFor();
    assert.equal(await slider.getAttribute("max"), "300");
    for (const budget of [300, 150, 100, 60]) {
      await slider.fill(String(budget));
      const { status, body } = await request(
        owner,
        `conversation-history/${id}/context?max_tokens=${budget}`,
      );
      assert.equal(status, 200);
      const given = body.messages.map(({ content }: { content: string }) =>
        content
      );
      const shown = await eventually(
        () =>
          rows.filter({ hasNotText: "left out" }).locator(".context-excerpt")
            .allInnerTexts(),
        (texts) => texts.length === given.length,
      );
      assert.deepEqual(shown, given);
      await page.getByRole("region", { name: "Token budget" })
        .getByText(new RegExp(`${body.tokens_used} tokens`)).waitFor();
    }
    await page.getByRole("button", { name: "Copy as JSON" }).click();
    const copied = JSON.parse(
      String(await page.evaluate("navigator.clipboard.readText()")),
    );
    assert.deepEqual(
      copied.map(({ content }: { content: string }) => content),
      ["Be brief.", "new answer"],
    );
  },
);

browserTest(
  "a budget that is too small says what is needed, and the keyboard moves it",
  () => Promise.resolve({ as: owner, at: `#/c/${id}/context` }),
  async ({ page }) => {
    const slider = page.getByRole("slider", { name: "Token budget" });
    await slider.waitFor();
    await page.getByLabel("Token budget as a number").fill("5");
    await page.getByText(/^Too small/).last().waitFor();
    await page.getByRole("button", { name: "Use 50 tokens" }).click();
    await page.getByText(/^2 of 5 messages fit: 50 tokens/).last().waitFor();
    await slider.focus();
    await page.keyboard.press("End");
    await page.getByText(/^All 5 messages fit: 300 tokens/).last().waitFor();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await slider.inputValue(), "299");
  },
);

browserTest(
  "the context follows what is appended",
  () => Promise.resolve({ as: owner, at: `#/c/${id}/context` }),
  async ({ page }) => {
    const slider = page.getByRole("slider", { name: "Token budget" });
    await slider.waitFor();
    await append(owner, id, [{ content: "newest", token_count: 25 }]);
    await page.getByText("newest", { exact: true }).waitFor();
    await eventually(() => slider.getAttribute("max"), (max) => max === "325");
    const empty = await append(owner, fresh("empty"), []);
    await goTo(page, `#/c/${empty.body.conversation.id}/context`);
    await page.getByText("There are no messages yet.").waitFor();
  },
);
