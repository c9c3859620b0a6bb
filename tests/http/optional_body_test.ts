/** Where a body is optional, it may be left out by every client's way of sending nothing. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { maintenance } from "../support/stored_files.ts";

const [owner, invited] = await Promise.all([
  signUp("owner"),
  signUp("invited"),
]);
const { id } = (await append(owner, fresh("bodyless"), ["hello"])).body
  .conversation;
await share(id, invited, "viewer");

const routes: [method: string, path: string, actor: Actor][] = [
  ["POST", "conversation-history/_/sweep", maintenance],
  ["POST", "file-upload/_/sweep", maintenance],
  ["POST", `conversation-history/${id}/fork`, owner],
  ["PUT", `conversation-history/${id}/members/me`, invited],
  ["POST", "openai/v1/conversations", owner],
];

/** A Content-Type of null: the client names none. */
const ways: [what: string, type: string | null][] = [
  ["no body", null],
  ["an empty body as JSON", "application/json"],
  [
    "an empty body as a form, as curl -d '' sends it",
    "application/x-www-form-urlencoded",
  ],
  [
    "an empty body as text, as fetch sends an empty string",
    "text/plain;charset=UTF-8",
  ],
];

for (const [method, path, actor] of routes) {
  const route = `${method} ${path.replace(id, "{id}")}`;
  for (const [what, type] of ways) {
    Deno.test(`${route} takes ${what}`, async () => {
      const { status, text } = await request(actor, path, {
        method,
        ...(type !== null && { body: "", headers: { "Content-Type": type } }),
      });
      assert.ok(status < 300, `${status} ${text}`);
    });
  }

  Deno.test(`${route} refuses a body of another type`, async () => {
    const answer = await request(actor, path, {
      method,
      body: "{}",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    if (path.startsWith("openai/")) assert.equal(answer.status, 415);
    else assertProblem(answer, 415, "unsupported_media_type");
  });
}
