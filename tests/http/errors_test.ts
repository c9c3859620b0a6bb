import assert from "node:assert/strict";
import { type Actor, nobody, signUp } from "../support/actors.ts";
import { fresh, request, type RequestOptions } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const user = await signUp("user");
const json = { messages: [{ role: "user", content: "hello" }] };
const asJson = { "Content-Type": "application/json" };
const append = "conversation-append";
const history = "conversation-history";

interface Case {
  what: string;
  path: string;
  as?: Actor;
  send?: RequestOptions;
  status: number;
  code: string;
  headers?: Record<string, string>;
}

const cases: Case[] = [
  {
    what: "a body that is no JSON",
    path: append,
    send: { body: '{"messages": [', headers: asJson },
    status: 400,
    code: "malformed_request",
  },
  {
    what: "an empty body",
    path: append,
    send: { body: "", headers: asJson },
    status: 400,
    code: "malformed_request",
  },
  {
    what: "a cursor of nobody's making",
    path: `${history}?cursor=x`,
    status: 400,
    code: "invalid_cursor",
  },
  {
    what: "a method that append lacks",
    path: append,
    send: { method: "GET" },
    status: 405,
    code: "method_not_allowed",
    headers: { Allow: "POST" },
  },
  {
    what: "PUT to append",
    path: append,
    send: { method: "PUT", json },
    status: 405,
    code: "method_not_allowed",
    headers: { Allow: "POST" },
  },
  {
    what: "POST to the list",
    path: history,
    send: { json },
    status: 405,
    code: "method_not_allowed",
    headers: { Allow: "GET, HEAD" },
  },
  {
    what: "POST to a history",
    path: `${history}/x`,
    send: { json },
    status: 405,
    code: "method_not_allowed",
  },
  {
    what: "POST to health",
    path: `${history}/_/health`,
    send: { json },
    status: 405,
    code: "method_not_allowed",
    headers: { Allow: "GET, HEAD" },
  },
  {
    what: "Accept without JSON at append",
    path: append,
    send: { json, headers: { Accept: "text/html" } },
    status: 406,
    code: "not_acceptable",
  },
  {
    what: "Accept without JSON at the list",
    path: history,
    send: { headers: { Accept: "image/*" } },
    status: 406,
    code: "not_acceptable",
  },
  {
    what: "Accept that refuses JSON at a history",
    path: `${history}/x`,
    send: { headers: { Accept: "application/json;q=0" } },
    status: 406,
    code: "not_acceptable",
  },
  {
    what: "text for JSON",
    path: append,
    send: {
      body: JSON.stringify(json),
      headers: { "Content-Type": "text/plain" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "JSON of another kind",
    path: append,
    send: {
      body: JSON.stringify(json),
      headers: { "Content-Type": "application/jsonp" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "a content type with a parameter that is none",
    path: append,
    send: {
      body: "{",
      headers: { "Content-Type": "application/json; x" },
    },
    status: 400,
    code: "malformed_request",
  },
  {
    what: "no content type",
    path: append,
    send: {
      method: "POST",
      body: new TextEncoder().encode(JSON.stringify(json)),
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "a compressed body",
    path: append,
    send: {
      body: JSON.stringify(json),
      headers: { ...asJson, "Content-Encoding": "gzip" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "a compressed file",
    path: "file-upload",
    send: {
      body: "hello",
      headers: { "Content-Type": "text/plain", "Content-Encoding": "gzip" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "a compressed form",
    path: "file-upload",
    send: {
      body: "--b--\r\n",
      headers: {
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Encoding": "deflate",
      },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "JSON that is no object",
    path: append,
    send: { json: [json] },
    status: 422,
    code: "validation_failed",
  },
  {
    what: "JSON null",
    path: append,
    send: { body: "null", headers: asJson },
    status: 422,
    code: "validation_failed",
  },
  {
    what: "a limit that is no number",
    path: `${history}/x?limit=ten`,
    status: 422,
    code: "validation_failed",
  },
  {
    what: "a name that is too long",
    path: `${history}/${"x".repeat(256)}`,
    status: 422,
    code: "validation_failed",
  },
  {
    what: "a name with U+0000",
    path: `${history}/a%00b`,
    status: 422,
    code: "validation_failed",
  },
  {
    what: "an unknown path under append",
    path: `${append}/more`,
    send: { json },
    status: 404,
    code: "not_found",
  },
  {
    what: "an unknown path under history",
    path: `${history}/x/y/z`,
    status: 404,
    code: "not_found",
  },
];

for (
  const { what, path, as = user, send, status, code, headers = {} } of cases
) {
  Deno.test(`${what} is ${status} ${code}`, async () => {
    const answer = await request(as, path, send);
    assertProblem(answer, status, code);
    for (const [header, value] of Object.entries(headers)) {
      assert.equal(answer.headers.get(header), value);
    }
    if (status === 422) assert.ok(answer.body.errors.length > 0);
    if (status === 405) assert.ok(answer.headers.get("Allow"));
  });
}

Deno.test("a method that a resource lacks is 405 before anybody asks who calls", async () => {
  assertProblem(await request(nobody(), append), 405, "method_not_allowed");
});

Deno.test("an answer to a failure tells nothing of the inside", async () => {
  const name = fresh("inside");
  const answers = await Promise.all([
    request(user, append, {
      json: { ...json, continuation_id: `${name}\u0000` },
    }),
    request(user, `${history}?cursor=${encodeURIComponent("' or 1=1")}`),
    request(user, `${history}/${encodeURIComponent("' or 1=1")}?limit=x`),
  ]);
  for (const { text } of answers) {
    assert.doesNotMatch(
      text,
      /postgres|sql|supabase|zod|hono|\.ts\b|:\d+:\d+/i,
    );
  }
});
