import assert from "node:assert/strict";
import { corsHeaders } from "@supabase/supabase-js/cors";
import { nobody, signUp } from "../support/actors.ts";
import {
  type Answer,
  append,
  fresh,
  history,
  request,
  varyingWith,
} from "../support/http.ts";
import { withSql } from "../support/sql.ts";

const user = await signUp("user");
const functions = [
  "conversation-append",
  "conversation-history",
  "file-upload",
  "file-download",
  "openai",
  "mcp",
];

/** What supabase-js sends by itself or on request, and what the API takes besides. */
const sent = [
  ...(corsHeaders["Access-Control-Allow-Headers"] ?? "").split(", "),
  "x-region",
  "x-request-id",
  "x-file-name",
  "content-disposition",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "range",
  "repr-digest",
  "prefer",
  "last-event-id",
  "tus-resumable",
  "upload-length",
  "upload-metadata",
  "upload-offset",
  "x-stainless-lang",
  "x-stainless-retry-count",
  "openai-organization",
  "mcp-session-id",
];

/** What every kind of answer is made of: a success, a failure of the client's, no token, nothing there. */
const answers = async (
  headers: Record<string, string> = {},
): Promise<Answer[]> => [
  await append(user, fresh("headers"), ["hello"], { headers }),
  await request(user, "conversation-history/x", { headers }),
  await request(user, "conversation-history", { headers }),
  await request(user, "conversation-history?limit=0", { headers }),
  await request(nobody(), "conversation-history", { headers }),
  await request(user, "conversation-append/nothing", { headers }),
  await request(user, "conversation-append", { headers }),
];

Deno.test("every answer is private, timed and open to browsers", async () => {
  for (const { headers } of await answers()) {
    assert.equal(
      headers.get("Cache-Control"),
      headers.has("ETag") ? "no-store, no-transform" : "no-store",
    );
    assert.match(headers.get("Vary") ?? "", /\bAuthorization\b/);
    assert.match(headers.get("Server-Timing") ?? "", /\btotal;dur=[\d.]+/);
    assert.equal(headers.get("Access-Control-Allow-Origin"), "*");
  }
});

Deno.test("Server-Timing tells what of it was the database", async () => {
  const { headers } = await history(user, "x");
  assert.match(headers.get("Server-Timing") ?? "", /\bdb;dur=[\d.]+/);
});

Deno.test("a browser may read the headers that clients need", async () => {
  const { headers } = await history(user, "x");
  const exposed = (headers.get("Access-Control-Expose-Headers") ?? "")
    .toLowerCase().split(/, ?/);
  const needed = [
    "etag",
    "link",
    "location",
    "idempotency-replayed",
    "accept-ranges",
    "allow",
    "content-disposition",
    "content-length",
    "content-range",
    "last-modified",
    "repr-digest",
    "retry-after",
    "x-request-id",
    "x-should-retry",
    "www-authenticate",
    "server-timing",
  ];
  for (const header of needed) assert.ok(exposed.includes(header), header);
});

for (const name of functions) {
  Deno.test(`a browser's preflight of ${name} passes without a token, with what clients send`, async () => {
    const answer = await request(nobody(), name, {
      method: "OPTIONS",
      headers: {
        Origin: "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": sent.join(", "),
      },
    });
    assert.ok(answer.status === 204 || answer.status === 200);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*");
    const allowed = (answer.headers.get("Access-Control-Allow-Headers") ?? "")
      .toLowerCase().split(/, ?/);
    for (const header of sent) assert.ok(allowed.includes(header), header);
    const methods = answer.headers.get("Access-Control-Allow-Methods") ?? "";
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      assert.ok(methods.includes(method), method);
    }
  });

  Deno.test(`${name} answers health without a user, with the newest migration`, async () => {
    const { status, body, headers } = await request(
      nobody(),
      `${name}/_/health`,
    );
    assert.equal(status, 200);
    const [newest] = await withSql((sql) =>
      sql`select max(version) as version from continuum.schema_version`
    );
    assert.deepEqual(body, { status: "ok", schema_version: newest?.version });
    assert.equal(headers.get("Cache-Control"), "no-store");
  });

  Deno.test(`${name} serves the OpenAPI document that is committed`, async () => {
    const { status, body } = await request(nobody(), `${name}/_/openapi.json`);
    assert.equal(status, 200);
    const committed = new URL(
      `../../supabase/functions/_shared/generated/openapi/${name}.json`,
      import.meta.url,
    );
    assert.deepEqual(body, JSON.parse(await Deno.readTextFile(committed)));
    assert.match(body.openapi, /^3\./);
  });
}

Deno.test("invoke() of supabase-js may ask for a region on every route with a query", async () => {
  const region = "forceFunctionRegion=us-east-1";
  const paths = [
    "conversation-history",
    "conversation-history/x",
    "conversation-history/x/context?max_tokens=10",
    "conversation-history?q=x",
    "file-download",
  ];
  for (const path of paths) {
    const mark = path.includes("?") ? "&" : "?";
    const { status } = await request(user, `${path}${mark}${region}`);
    assert.equal(status, 200, path);
  }
});

Deno.test("a request id is taken from the client and answered", async () => {
  const id = `client-${crypto.randomUUID()}`;
  for (const answer of await answers({ "x-request-id": id })) {
    assert.equal(answer.headers.get("x-request-id"), id);
    if (answer.status >= 400) assert.equal(answer.body.request_id, id);
  }
});

Deno.test("without one a request gets an id of its own", async () => {
  const ids = (await answers()).map(({ headers }) =>
    headers.get("x-request-id") ?? ""
  );
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[\w=-]{8,}$/);
});

Deno.test("a request id that a log could not bear is replaced", async () => {
  for (const odd of ["a b", '{"a":1}', "<script>", "x".repeat(256), "é"]) {
    const { headers } = await request(user, "conversation-history", {
      headers: { "x-request-id": odd },
    });
    const id = headers.get("x-request-id") ?? "";
    assert.notEqual(id, odd);
    assert.match(id, /^[\w=-]{8,}$/);
  }
});

Deno.test("HEAD has the status and headers of GET at the list, health and a failure", async () => {
  const paths = [
    "conversation-history",
    "conversation-history/_/health",
    "conversation-history?limit=0",
  ];
  // Not compressed, since a gateway that compresses what GET answers does not know its length beforehand.
  const headers = { "Accept-Encoding": "identity" };
  for (const path of paths) {
    const get = await request(user, path, { headers });
    const head = await request(user, path, { method: "HEAD", headers });
    assert.equal(head.status, get.status);
    assert.equal(head.text, "");
    assert.deepEqual(varyingWith(head.headers), varyingWith(get.headers));
    for (const header of ["Content-Type", "Content-Length", "Cache-Control"]) {
      assert.equal(
        head.headers.get(header),
        get.headers.get(header),
        `${path}: ${header}`,
      );
    }
  }
});
