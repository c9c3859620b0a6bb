/** Files: by button and by drag and drop, with progress, cancelled, failed, attached, looked at and downloaded. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { append, fresh, request } from "../support/http.ts";
import {
  account,
  browserTest,
  choose,
  eventually,
  messagesOf,
  type Page,
} from "./browser.ts";

const owner = await account();

const PNG = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (letter) => letter.charCodeAt(0),
);

/** Drops files onto an element, as the system's file manager does. */
async function drop(
  page: Page,
  onto: string,
  files: { name: string; type: string; text: string }[],
): Promise<void> {
  const transfer = await page.evaluateHandle((files) => {
    // Only a page has it.
    const { DataTransfer } = globalThis as unknown as {
      DataTransfer: new () => { items: { add(file: File): void } };
    };
    const transfer = new DataTransfer();
    for (const { name, type, text } of files) {
      transfer.items.add(new File([text], name, { type }));
    }
    return transfer;
  }, files);
  await page.dispatchEvent(onto, "dragenter", { dataTransfer: transfer });
  await page.getByText("Drop files to upload them").waitFor();
  await page.dispatchEvent(onto, "drop", { dataTransfer: transfer });
}

async function files(query = ""): Promise<Record<string, string>[]> {
  return (await request(owner, `file-download${query}`)).body.files;
}

browserTest(
  "files are uploaded by drag and drop and by the button; what is refused says why and can be tried again",
  () => Promise.resolve({ as: owner, at: "#/files" }),
  async ({ page }) => {
    await page.getByText("No files yet").waitFor();
    await drop(page, ".drop-zone", [
      { name: "größe.md", type: "text/markdown", text: "# Größe" },
      {
        name: "program.exe",
        type: "application/octet-stream",
        text: "MZ\0\x01",
      },
    ]);
    const uploads = page.getByRole("list", { name: "Uploads" });
    await page.getByRole("table").getByText("größe.md").waitFor();
    const refused = uploads.getByRole("listitem")
      .filter({ hasText: "program.exe" });
    await refused.getByText(/not text, an image or a PDF|program\.exe/).first()
      .waitFor();
    await refused.getByRole("button", { name: "Try program.exe again" })
      .waitFor();
    await refused.getByRole("button", { name: "Remove program.exe" }).click();
    assert.equal(await refused.count(), 0);

    await page.locator("input[type=file]").first().setInputFiles({
      name: "point.png",
      mimeType: "image/png",
      buffer: Buffer.from(PNG),
    });
    await page.getByRole("table").getByText("point.png").waitFor();
    assert.deepEqual((await files()).map((file) => file.original_name), [
      "point.png",
      "größe.md",
    ]);
  },
);

browserTest(
  "a large upload shows its progress and ends at once when it is cancelled",
  () => Promise.resolve({ as: owner, at: "#/files" }),
  async ({ page }) => {
    let pieces = 0;
    // The first piece arrives, and the second never does.
    await page.route("**/upload/resumable/**", async (route) => {
      if (++pieces > 1) return;
      await route.continue();
    });
    const path = await Deno.makeTempFile({ suffix: ".txt" });
    await Deno.writeFile(path, new Uint8Array(14 * 1024 * 1024).fill(97));
    try {
      await page.locator("input[type=file]").first().setInputFiles(path);
      const bar = page.getByRole("progressbar");
      await eventually(
        () => bar.evaluate((element) => Number(Object(element).value)),
        (value) => value >= 6 * 1024 * 1024,
      );
      await page.getByRole("button", { name: /^Cancel/ }).click();
      assert.equal(await bar.count(), 0);
      // Its quota is given back.
      await eventually(
        async () =>
          (await files()).filter(({ status }) => status === "pending"),
        (pending) => pending.length === 0,
      );
    } finally {
      await Deno.remove(path);
    }
  },
);

const { body } = await append(owner, fresh("console"), ["before"]);
const id: string = body.conversation.id;

browserTest(
  "files dropped onto a conversation go with the next message, and are shown with it",
  () => Promise.resolve({ as: owner, at: `#/c/${id}` }),
  async ({ page }) => {
    await messagesOf(page).getByText("before").waitFor();
    await drop(page, ".with-composer", [
      { name: "notes.txt", type: "text/plain", text: "remember the milk" },
    ]);
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Attach files" }).click(),
    ]);
    await chooser.setFiles({
      name: "dot.png",
      mimeType: "image/png",
      buffer: Buffer.from(PNG),
    });
    const uploads = page.getByRole("list", { name: "Uploads" });
    await eventually(
      () => uploads.locator(".done").count(),
      (count) => count === 2,
    );
    await page.getByLabel("Message", { exact: true }).fill("with files");
    await page.keyboard.press("Enter");
    const message = messagesOf(page).filter({ hasText: "with files" });
    await message.getByText("notes.txt").waitFor();
    const picture = message.getByRole("img", { name: "dot.png" });
    await eventually(
      () => picture.evaluate((img) => Number(Object(img).naturalWidth)),
      (width) => width === 1,
    );
    assert.equal(
      (await files(`?continuation_id=${id}`)).length,
      2,
    );

    await message.getByRole("button", { name: /^notes.txt/ }).click();
    await page.getByRole("dialog").getByText("remember the milk").waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("dialog").getByRole("button", { name: "Download" })
      .click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), "notes.txt");
    assert.equal(
      await Deno.readTextFile(await saved.path()),
      "remember the milk",
    );
  },
);

browserTest(
  "a file is renamed, unlinked from a conversation and deleted",
  () => Promise.resolve({ as: owner, at: `#/c/${id}/files` }),
  async ({ page }) => {
    const table = page.getByRole("table");
    await table.getByText("notes.txt").waitFor();
    await choose(page, "Actions for notes.txt", "Rename");
    await page.getByRole("dialog").getByLabel("Name").fill("list.txt");
    await page.keyboard.press("Enter");
    await table.getByText("list.txt").waitFor();
    await choose(page, "Actions for list.txt", "Unlink");
    await page.getByRole("dialog").getByRole("button", { name: "Unlink" })
      .click();
    await eventually(
      () => table.getByText("list.txt").count(),
      (count) => count === 0,
    );
    await page.getByRole("link", { name: "Files", exact: true }).first()
      .click();
    await choose(page, "Actions for list.txt", "Delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" })
      .click();
    await eventually(
      () => table.getByText("list.txt").count(),
      (count) => count === 0,
    );
  },
);
