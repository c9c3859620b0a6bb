/** A gateway that is still sending a body does not pass on the answer, so a body that is refused is read away. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { app as append } from "../../conversation-append/index.ts";
import type { Env } from "../platform/env.ts";
import { Problem } from "../problems/problem.ts";
import { drainRefused, jsonBody, refuseEncoded } from "./body.ts";

const MIB = 1024 * 1024;

/** A body of `size` bytes, and how many of them were asked for. */
function counted(size: number) {
  const counter = { read: 0 };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (counter.read >= size) return controller.close();
      counter.read += MIB;
      controller.enqueue(new Uint8Array(MIB));
    },
  }, { highWaterMark: 0 });
  return { body, counter };
}

/** Routes that refuse in every way without reading the body to its end. */
const refusing = new Hono<Env>();
refusing.use(drainRefused);
refusing.onError((error, c) =>
  c.json({}, error instanceof Problem ? error.status : 500)
);
refusing.post("/json", jsonBody(MIB, false), (c) => c.body(null));
refusing.post("/optional", jsonBody(MIB, true), (c) => c.body(null));
refusing.post("/encoded", refuseEncoded, (c) => c.body(null));
refusing.post("/invalid", () => {
  throw new Problem("validation_failed");
});

const json = { "Content-Type": "application/json" };
const refused: [
  status: number,
  app: { fetch(request: Request): Response | Promise<Response> },
  method: string,
  path: string,
  headers?: Record<string, string>,
][] = [
  [401, append, "POST", "/conversation-append", json],
  [404, append, "POST", "/conversation-append/elsewhere"],
  [405, append, "PUT", "/conversation-append"],
  [406, append, "POST", "/conversation-append", {
    ...json,
    Accept: "text/html",
  }],
  [413, refusing, "POST", "/json", json],
  [415, refusing, "POST", "/json", { "Content-Type": "text/plain" }],
  [413, refusing, "POST", "/optional", { "Content-Type": "text/plain" }],
  [415, refusing, "POST", "/encoded", { "Content-Encoding": "gzip" }],
  [422, refusing, "POST", "/invalid"],
];
for (const [status, app, method, path, headers] of refused) {
  Deno.test(`the body of a request that is ${status} is read away: ${method} ${path}`, async () => {
    const { body, counter } = counted(20 * MIB);
    const response = await app.fetch(
      new Request(`http://localhost${path}`, { method, body, headers }),
    );
    await response.body?.cancel();
    assert.equal(response.status, status);
    assert.equal(counter.read, 20 * MIB);
  });
}

Deno.test("no more than 65 MiB of a refused body are read away", async () => {
  const { body, counter } = counted(1000 * MIB);
  const response = await refusing.fetch(
    new Request("http://localhost/invalid", { method: "POST", body }),
  );
  assert.equal(response.status, 422);
  assert.ok(counter.read <= 66 * MIB, `${counter.read / MIB} MiB`);
});
