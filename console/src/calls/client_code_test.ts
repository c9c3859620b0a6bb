import assert from "node:assert/strict";
import type { Call } from "./call.ts";
import { asClient } from "./client_code.ts";

/** A call as it is recorded. */
function call(method: string, path: string, body?: unknown): Call {
  return {
    id: 1,
    method,
    path,
    headers: [],
    body: body === undefined ? null : JSON.stringify(body),
    file: null,
    status: 200,
    ms: 1,
    answer: null,
  };
}

const CODE: [Call, string][] = [
  [
    call("GET", "conversation-history?limit=30"),
    "continuum.list({\n  limit: 30\n})",
  ],
  [call("GET", "conversation-history?q=a%20b"), 'continuum.search("a b")'],
  [
    call("POST", "conversation-append", {
      continuation_id: "x",
      after_position: 3,
      messages: [],
    }),
    'continuum.conversation("x").rewind(3)',
  ],
  [
    call("POST", "conversation-append", {
      continuation_id: "x",
      messages: [{ role: "user", content: "new", revises: 2 }],
    }),
    'continuum.conversation("x").revise(2, {\n  role: "user",\n  content: "new"\n})',
  ],
  [
    call("PATCH", "conversation-history/a%2Fb", { head_position: 4 }),
    'continuum.conversation("a/b").update({\n  headPosition: 4\n})',
  ],
  [
    call("POST", "conversation-history/x/fork", { through_position: 2 }),
    'continuum.conversation("x").fork({\n  throughPosition: 2\n})',
  ],
  [
    call("DELETE", "conversation-history/x"),
    'continuum.conversation("x").delete()',
  ],
  [
    call("DELETE", "conversation-history/x/messages/3"),
    'continuum.conversation("x").erase("3")',
  ],
  [
    call("PUT", "conversation-history/x/members/u", { role: "viewer" }),
    'continuum.conversation("x").members.put("u", "viewer")',
  ],
  [
    call("PUT", "conversation-history/x/members/me"),
    'continuum.conversation("x").accept()',
  ],
  [
    call("GET", "conversation-history/x/export"),
    'continuum.conversation("x").export()',
  ],
  [call("GET", "file-download/f/url"), 'continuum.files.url("f")'],
  [
    call("PATCH", "file-upload/f", { original_name: "b.txt" }),
    'continuum.files.rename("f", {\n  name: "b.txt"\n})',
  ],
  [call("DELETE", "file-upload/f"), 'continuum.files.delete("f")'],
];

Deno.test("every action has its call of the client package", () => {
  for (const [recorded, code] of CODE) {
    const shown = asClient(recorded);
    assert.ok(shown.includes(code), `${shown}\nhas no\n${code}`);
  }
});
