/** Uploads of which fewer bytes arrive than were announced, over a raw socket. */
import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import { faultyProject } from "../support/fault_proxy.ts";
import { target } from "../support/target.ts";
import { leftBy, nothing, text } from "./uploading.ts";

const SENT = 46;

/** Announces `length` bytes, sends 46 and, if that is too little, closes its side. Returns the answer. */
async function send(
  actor: Actor,
  url: string,
  length: number,
): Promise<{ status: number; body: string }> {
  const { hostname, port, pathname } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = Object.entries({
    Host: `${hostname}:${port}`,
    Connection: "close",
    ...actor.headers,
    "Content-Type": "text/plain",
    "Content-Length": String(length),
  }).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await connection.write(
    new TextEncoder().encode(`POST ${pathname} HTTP/1.1\r\n${head}\r\n`),
  );
  await connection.write(text(SENT));
  if (length > SENT) await connection.closeWrite();
  const answer = await new Response(connection.readable).text();
  const [headers = "", ...body] = answer.split("\r\n\r\n");
  return { status: Number(headers.split(" ")[1]), body: body.join("") };
}

function assertEndedEarly({ status, body }: { status: number; body: string }) {
  assert.equal(status, 400, body);
  const { code, detail } = JSON.parse(body);
  assert.equal(code, "malformed_request");
  assert.equal(detail, "The body ended early.");
}

for (const length of [1000, 1_000_000]) {
  Deno.test(`of ${length} announced bytes 46 arrive at the gateway: nothing is stored`, async () => {
    const actor = await signUp("short");
    const answer = await send(
      actor,
      `${target.url}/functions/v1/file-upload`,
      length,
    );
    assert.ok(answer.status >= 400, String(answer.status));
    // The gateway answers for the client that is gone; the function cleans up meanwhile.
    for (let wait = 0; wait < 50; wait++) {
      if ((await leftBy(actor)).files === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(await leftBy(actor), nothing);
  });
}

Deno.test("of 1000 announced bytes 46 arrive at the function: they are refused, and nothing is stored", async () => {
  const actor = await signUp("short");
  await using project = await faultyProject("file-upload");
  assertEndedEarly(
    await send(actor, `${project.functionUrl}/file-upload`, 1000),
  );
  assert.deepEqual(await leftBy(actor), nothing);
});

Deno.test("a body that ends cleanly after 46 of 1000 announced bytes is refused, and its quota is given back", async () => {
  const actor = await signUp("clean");
  await using project = await faultyProject(
    "file-upload",
    { entry: "tests/files/cleanly_ended.ts" },
  );
  const url = `${project.functionUrl}/file-upload`;
  assertEndedEarly(await send(actor, url, 1000));
  assert.deepEqual(await leftBy(actor), nothing);

  const whole = await send(actor, url, SENT);
  assert.equal(whole.status, 201, whole.body);
  assert.equal((await leftBy(actor)).used, SENT);
});
