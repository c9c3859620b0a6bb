import assert from "node:assert/strict";
import { Hono } from "hono";
import { requestId } from "hono/request-id";
import type { Env } from "../platform/env.ts";
import { renderError } from "../problems/render.ts";
import { acceptsJson, privateJson } from "./negotiation.ts";

const app = new Hono<Env>();
app.use(requestId(), privateJson);
app.get("/json", acceptsJson, (c) => c.json({ text: "é" }));
app.get(
  "/kept",
  (c) => c.json({}, 200, { "Cache-Control": "max-age=60", Vary: "Accept" }),
);
app.get("/text", (c) => c.text("é"));
app.onError(renderError);

const statusFor = async (accept: string) =>
  (await app.request("/json", { headers: { Accept: accept } })).status;

Deno.test("JSON is acceptable where Accept leaves room for it", async () => {
  const accepted = [
    "*/*",
    "application/json",
    "application/*",
    "Application/JSON",
    "text/html, application/json;q=0.1",
    "text/html,*/*;q=0.8",
    "",
  ];
  for (const accept of accepted) {
    assert.equal(await statusFor(accept), 200, accept);
  }
  assert.equal((await app.request("/json")).status, 200);
});

Deno.test("an Accept that leaves no room for JSON is 406", async () => {
  for (
    const accept of [
      "text/html",
      "image/*, text/*",
      "application/json;q=0",
      "*/*, application/json;q=0",
      "application/xml",
    ]
  ) {
    assert.equal(await statusFor(accept), 406, accept);
  }
});

Deno.test("a JSON answer is not to be kept, differs by user, and tells its bytes", async () => {
  const { headers } = await app.request("/json");
  assert.equal(headers.get("Cache-Control"), "no-store");
  assert.equal(headers.get("Vary"), "Authorization");
  assert.equal(headers.get("Content-Length"), "13");
});

Deno.test("a problem is held to the same", async () => {
  const answer = await app.request("/json", {
    headers: { Accept: "text/html" },
  });
  const body = await answer.arrayBuffer();
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  assert.equal(answer.headers.get("Content-Length"), `${body.byteLength}`);
});

Deno.test("a route's own Cache-Control and Vary are kept", async () => {
  const { headers } = await app.request("/kept");
  assert.equal(headers.get("Cache-Control"), "max-age=60");
  assert.equal(headers.get("Vary"), "Accept, Authorization");
});

Deno.test("an answer that is no JSON is not gathered in memory", async () => {
  assert.equal(
    (await app.request("/text")).headers.get("Content-Length"),
    null,
  );
});
