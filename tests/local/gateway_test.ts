import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ownStack, probeFolder } from "./own_stack.ts";
import { until } from "./processes.ts";
import { rawRequest } from "./raw.ts";

// Neither compresses here: Deno before 2.9 does so by itself, in the function, and a gateway if it is told to.
const { stack } = await ownStack({
  functionsDir: await probeFolder(),
  functionsDeno: undefined,
});
const probe = `${stack.apiUrl}/functions/v1/probe`;
const MEBIBYTE = 1024 * 1024;

const raw = (target: string, options = {}) =>
  rawRequest(stack.apiUrl, `/functions/v1/probe${target}`, options);

Deno.test("50 MiB through the gateway arrive with their digest, up and down", async () => {
  const sent = createHash("sha256");
  let left = 50;
  const upload = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = new Uint8Array(MEBIBYTE).fill(left * 7 % 251);
      sent.update(chunk);
      controller.enqueue(chunk);
      if (--left === 0) controller.close();
    },
  });
  const arrived = await fetch(`${probe}/digest`, {
    method: "POST",
    body: upload,
  });
  assert.deepEqual(await arrived.json(), {
    sha256: sent.digest("hex"),
    length: 50 * MEBIBYTE,
  });

  const answer = await fetch(`${probe}/bytes?size=${50 * MEBIBYTE}`);
  assert.equal(answer.headers.get("Content-Length"), String(50 * MEBIBYTE));
  assert.equal((await answer.bytes()).byteLength, 50 * MEBIBYTE);
});

Deno.test("a function sees the method, query, headers and body, and where it was asked for", async () => {
  const answer = await fetch(`${probe}/request?a=1&b=%2F`, {
    method: "PATCH",
    headers: {
      Authorization: "Bearer x",
      "X-Own": "kept",
      Range: "bytes=0-9",
      Connection: "x-hop",
      "X-Hop": "dropped",
    },
    body: "body",
  });
  const { method, url, headers, body } = await answer.json();
  assert.equal(method, "PATCH");
  assert.equal(body, "body");
  assert.match(url, /\/probe\/request\?a=1&b=%2F$/);
  assert.equal(headers.authorization, "Bearer x");
  assert.equal(headers["x-own"], "kept");
  assert.equal(headers.range, "bytes=0-9");
  assert.equal(headers["content-length"], "4");
  assert.equal(headers["x-forwarded-host"], new URL(stack.apiUrl).host);
  assert.equal(headers["x-forwarded-proto"], "http");
});

Deno.test("HEAD, 204, 206, 304 and 416 keep their headers and lengths", async () => {
  const head = await raw("/status?status=200", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("Content-Length"), "5000");
  assert.equal(head.body, "");
  for (const status of [200, 204, 206, 304, 416]) {
    const answer = await raw(`/status?status=${status}`);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("ETag"), '"strong"');
    assert.equal(answer.headers.get("X-Answer"), "kept");
  }
  const part = await raw("/status?status=206");
  assert.equal(part.headers.get("Content-Range"), "bytes 0-1999/5000");
});

Deno.test("an answer is not compressed on the way: a strong ETag names these bytes", async () => {
  const answer = await raw("/status?status=200", {
    headers: { "Accept-Encoding": "gzip, br" },
  });
  assert.equal(answer.headers.get("Content-Encoding"), null);
  assert.equal(answer.headers.get("ETag"), '"strong"');
  assert.equal(answer.headers.get("Content-Length"), "5000");
  assert.equal(answer.body, "a".repeat(5000));
});

Deno.test("a function sees the encodings that the client takes, and what it encodes itself arrives", async () => {
  for (const encodings of ["gzip", "br;q=0.5, identity", undefined]) {
    const { body } = await raw("/request", {
      headers: encodings === undefined ? {} : { "Accept-Encoding": encodings },
    });
    const seen = JSON.parse(body).headers["accept-encoding"];
    assert.equal(seen, encodings ?? "identity");
  }
  const answer = await fetch(`${probe}/encoded`);
  assert.equal(await answer.text(), "text ".repeat(1000));
});

Deno.test("a client that goes away ends the request behind the gateway", async () => {
  for (const path of ["hang", "drip"]) {
    const leave = new AbortController();
    const answer = fetch(`${probe}/${path}`, { signal: leave.signal });
    if (path === "drip") await (await answer).body?.getReader().read();
    else await new Promise((resolve) => setTimeout(resolve, 200));
    leave.abort();
    await answer.catch(() => {});
  }
  await until(async () => {
    const ended: string[] = await (await fetch(`${probe}/ended`)).json();
    return ended.includes("hang") && ended.includes("drip");
  }, 5);
});

Deno.test("what is not served is answered as a hosted gateway answers it", async () => {
  const missing = await fetch(`${stack.apiUrl}/functions/v1/missing`);
  assert.equal(missing.status, 404);
  assert.equal((await missing.json()).code, "NOT_FOUND");
  const unrouted = await fetch(`${stack.apiUrl}/nothing`);
  assert.equal(unrouted.status, 404);
  await unrouted.body?.cancel();
  const keyless = await fetch(`${stack.apiUrl}/rest/v1/conversations`);
  assert.equal(keyless.status, 401);
  await keyless.body?.cancel();
});
