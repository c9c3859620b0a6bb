/** The API reference has every operation of the functions' documents. */
import assert from "node:assert/strict";
import { target } from "../support/target.ts";
import { account, browserTest, eventually } from "./browser.ts";

const owner = await account();

const FUNCTIONS = [
  "conversation-append",
  "conversation-history",
  "file-upload",
  "file-download",
  "openai",
  "mcp",
];

browserTest(
  "every operation is listed, can be filtered, and shows its parameters, body and answers",
  () => Promise.resolve({ as: owner, at: "#/reference" }),
  async ({ page }) => {
    const operations = page.getByRole("list", { name: "Operations" })
      .locator("summary");
    await operations.first().waitFor();
    for (const name of FUNCTIONS) {
      await page.getByRole("button", { name, exact: true }).click();
      const document = await (await fetch(
        `${target.url}/functions/v1/${name}/_/openapi.json`,
      )).json();
      const expected = Object.entries<Record<string, unknown>>(document.paths)
        .flatMap(([path, methods]) =>
          Object.keys(methods).map((method) =>
            `${method.toUpperCase()} ${path}`
          )
        );
      const shown = await eventually(
        async () =>
          (await operations.allInnerTexts()).map((text) =>
            text.split(/\s+/).slice(0, 2).join(" ")
          ),
        (list) => list.length === expected.length,
      );
      assert.deepEqual(shown.toSorted(), expected.toSorted());
    }

    await page.getByRole("searchbox", { name: "Filter operations" })
      .fill("append message");
    await eventually(() => operations.count(), (count) => count === 1);
    await operations.first().click();
    const operation = page.locator("details.operation[open]");
    await operation.getByText("expected_seq", { exact: true }).waitFor();
    await operation.getByText("idempotency-key", { exact: true }).waitFor();
    await operation.getByText("201", { exact: true }).waitFor();
    await operation.getByRole("button", { name: "IncomingMessage[]" }).click();
    await operation.getByText("client_id", { exact: true }).first().waitFor();
    assert.ok(
      await operation.getByText(
        `${target.url}/functions/v1/conversation-append`,
      ).isVisible(),
    );

    await page.getByRole("searchbox", { name: "Filter operations" })
      .fill("nothing like this");
    await page.getByText("No operation matches").waitFor();
  },
);
