/** Values that pass JSON and the schemas and that PostgreSQL cannot read are the caller's fault, and no 500. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";

const user = await signUp("user");
const name = fresh("unreadable");
await append(user, name, ["hello"]);

const LONG_ONE = `1.${"0".repeat(20_000)}`;
const post = (body: string) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body,
});
const message = (member: string) =>
  post(`{"messages":[{"role":"user","content":"x",${member}}]}`);

const requests: Record<string, [path: string, Parameters<typeof request>[2]]> =
  {
    "an offset of 16 hours": [
      "conversation-append",
      message('"created_at":"2020-01-01T00:00:00+16:00"'),
    ],
    "an offset of almost a day": [
      "conversation-append",
      message('"created_at":"2020-01-01T00:00:00-23:59"'),
    ],
    "a token count with 20,000 zeros": [
      "conversation-append",
      message(`"token_count":${LONG_ONE}`),
    ],
    "a position with 20,000 zeros": [
      "conversation-append",
      post(`{"messages":[],"after_position":${LONG_ONE}}`),
    ],
    "a ttl with 20,000 zeros": [
      `conversation-history/${name}`,
      { ...post(`{"ttl_seconds":${LONG_ONE}}`), method: "PATCH" },
    ],
    "U+0000 in a page's place": ["openai/v1/conversations?after=%00", {}],
    "U+0000 in an item's id": [
      `openai/v1/conversations/${name}/items/%00`,
      {},
    ],
    "a part of an item that is null": [
      "openai/v1/conversations",
      post('{"items":[{"role":"user","content":[null]}]}'),
    ],
  };

for (const [what, [path, sent]] of Object.entries(requests)) {
  Deno.test(`${what} is refused`, async () => {
    const answer = await request(user, path, sent);
    assert.ok([400, 404, 422].includes(answer.status), answer.text);
  });
}
