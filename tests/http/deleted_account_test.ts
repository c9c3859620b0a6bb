/** A token verifies until it expires, also when its account is gone. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { reserve, upload } from "../support/stored_files.ts";

/** A user who had a conversation and a share, and whose account is deleted. */
async function departed(): Promise<Actor & { id: string }> {
  const [user, host] = [await signUp("departed"), await signUp("host")];
  await append(user, "mine", ["hello"]);
  const { body } = await append(host, fresh("shared"), ["hello"]);
  await share(body.conversation.id, user, "editor");
  await withSql((sql) => sql`delete from auth.users where id = ${user.id}`);
  return user;
}

const user = await departed();

const requests: Record<
  string,
  () => Promise<Awaited<ReturnType<typeof request>>>
> = {
  "append to a new conversation": () => append(user, fresh("new"), ["x"]),
  "append to the old one": () => append(user, "mine", ["x"]),
  "append without messages": () => append(user, "mine", []),
  "a history": () => history(user, "mine"),
  "a message": () => request(user, "conversation-history/mine/messages/1"),
  "the list": () => request(user, "conversation-history"),
  "the list of invitations": () =>
    request(user, "conversation-history?invited=true"),
  "a change": () =>
    request(user, "conversation-history/mine", {
      method: "PATCH",
      json: { title: "x" },
    }),
  "a fork": () => request(user, "conversation-history/mine/fork", { json: {} }),
  "a deletion": () =>
    request(user, "conversation-history/mine", { method: "DELETE" }),
  "the members": () => request(user, "conversation-history/mine/members"),
  "an upload reservation": () => reserve(user),
  "a tool of MCP": () =>
    request(user, "mcp", {
      json: {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "list", arguments: {} },
      },
    }),
  "the resources of MCP": () =>
    request(user, "mcp", {
      json: { jsonrpc: "2.0", id: 1, method: "resources/list" },
    }),
};
for (const [what, send] of Object.entries(requests)) {
  Deno.test(`the token of a deleted account is 401 invalid_token: ${what}`, async () => {
    const answer = await send();
    assertProblem(answer, 401, "invalid_token");
    assert.match(
      answer.headers.get("WWW-Authenticate") ?? "",
      /error="invalid_token"/,
    );
    assert.equal(answer.headers.get("x-should-retry"), "false");
  });
}

Deno.test("the token of a deleted account stores no file", async () => {
  assertProblem(await upload(user), 401, "invalid_token");
  const [{ count } = { count: null }] = await withSql((sql) =>
    sql`select count(*)::int from storage.objects where name like ${
      user.id + "/%"
    }`
  );
  assert.equal(count, 0);
});
