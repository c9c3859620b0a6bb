/** A conversation of two: invited, accepted, as a viewer, as an editor, and over. */
import assert from "node:assert/strict";
import { append, fresh } from "../support/http.ts";
import { account, browserTest, messagesOf, signIn } from "./browser.ts";

const owner = await account();
const { body } = await append(owner, fresh("shared"), ["for both"], {
  title: "Shared",
});
const shared: string = body.conversation.id;
const guest = await account();

browserTest(
  "a conversation is shared: invited, accepted, read only, made an editor, removed",
  () => Promise.resolve({ as: owner, at: `#/c/${shared}` }),
  async ({ page, another }) => {
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nobody but you sees it.").waitFor();
    await dialog.getByLabel("User id").fill("nobody");
    await dialog.getByText("That is not a user id.").waitFor();
    await dialog.getByLabel("User id").fill(guest.id);
    await dialog.getByRole("button", { name: "Invite" }).click();
    const member = dialog.getByRole("list", { name: "Members" })
      .getByRole("listitem");
    await member.getByText("invited").waitFor();

    const theirs = await another();
    await signIn(theirs, guest);
    const invitation = theirs.getByRole("region", { name: "Invitations" });
    await invitation.getByRole("button", { name: "Accept" }).click();
    await messagesOf(theirs).getByText("for both").waitFor();
    await theirs.getByText("You may read this conversation.").waitFor();
    assert.equal(
      await theirs.getByLabel("Message", { exact: true }).count(),
      0,
    );

    await member.getByLabel(`Role of ${guest.id}`).selectOption("editor");
    await member.getByRole("button", { name: "Save" }).click();
    await theirs.reload();
    await theirs.getByLabel("Message", { exact: true }).fill("from the guest");
    await theirs.keyboard.press("Enter");
    await messagesOf(page).getByText("from the guest").waitFor();

    await member.getByRole("button", { name: `Remove ${guest.id}` }).click();
    await theirs.getByText("There is no such conversation").waitFor();
  },
);
