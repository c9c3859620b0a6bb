/** The client of Durable Streams, as it is on npm, reads a conversation. */
import assert from "node:assert/strict";
import {
  DurableStream,
  stream,
  type StreamResponse,
} from "npm:@durable-streams/client@0.2.7";
import { cast } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { target } from "../support/target.ts";
import { followPath, poll } from "./reading.ts";

const { owner, viewer } = await cast();

interface Message {
  seq: number;
  content: string;
}

const urlOf = (id: string) => `${target.url}/functions/v1/${followPath(id)}`;

/** Takes items until there are `count`. */
async function take(
  response: StreamResponse<Message>,
  count: number,
): Promise<Message[]> {
  const items: Message[] = [];
  for await (const item of response.jsonStream()) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}

Deno.test("catch-up reads the log and its end", async () => {
  const name = fresh("follow");
  const { body } = await append(owner, name, ["one", "two", "three"]);
  const response = await stream<Message>({
    url: urlOf(name),
    headers: owner.headers,
    live: false,
  });
  assert.deepEqual(await response.json(), body.messages);
  assert.equal(response.offset, "0000000000000003");
  assert.equal(response.upToDate, true);
  const later = await stream<Message>({
    url: urlOf(name),
    headers: owner.headers,
    offset: "0000000000000002",
    live: false,
  });
  assert.deepEqual((await later.json()).map(({ seq }) => seq), [3]);
});

for (const live of ["long-poll", "sse"] as const) {
  Deno.test(`${live} reads what is there and what comes, without a gap`, async () => {
    const name = fresh("follow");
    await append(owner, name, ["1", "2"]);
    const gone = new AbortController();
    const response = await stream<Message>({
      url: urlOf(name),
      headers: owner.headers,
      live,
      signal: gone.signal,
    });
    const reading = take(response, 12);
    for (let count = 3; count <= 12; count++) {
      await append(owner, name, [String(count)]);
    }
    const messages = await reading;
    gone.abort();
    assert.deepEqual(
      messages,
      (await history(owner, name)).body.messages,
    );
  });

  Deno.test(`${live} from now on leaves out what is there`, async () => {
    const name = fresh("follow");
    await append(owner, name, ["1", "2"]);
    const gone = new AbortController();
    const response = await stream<Message>({
      url: urlOf(name),
      headers: owner.headers,
      offset: "now",
      live,
      signal: gone.signal,
    });
    const reading = take(response, 1);
    await append(owner, name, ["3"]);
    assert.deepEqual((await reading).map(({ seq }) => seq), [3]);
    gone.abort();
  });
}

Deno.test("sse ends for good when the share is taken away", async () => {
  const { body } = await append(owner, fresh("follow"), ["1"]);
  const { id } = body.conversation;
  await share(id, viewer, "viewer");
  const response = await stream<Message>({
    url: urlOf(id),
    headers: viewer.headers,
    live: "sse",
  });
  const seqs: number[] = [];
  for await (const { seq } of response.jsonStream()) {
    seqs.push(seq);
    await request(owner, `conversation-history/${id}/members/${viewer.id}`, {
      method: "DELETE",
    });
    await append(owner, id, ["2"]);
  }
  assert.deepEqual(seqs, [1]);
});

Deno.test("HEAD tells where the log ends", async () => {
  const name = fresh("follow");
  await append(owner, name, ["1", "2"]);
  const handle = new DurableStream({
    url: urlOf(name),
    headers: owner.headers,
  });
  const head = await handle.head();
  assert.deepEqual(
    { exists: true, offset: "0000000000000002", type: "application/json" },
    {
      exists: head.exists,
      ...(head.exists && { offset: head.offset, type: head.contentType }),
    },
  );
});

Deno.test("a browser may read the headers of the protocol", async () => {
  const { headers } = await poll(owner, fresh("follow"), "offset=-1");
  const exposed = headers.get("Access-Control-Expose-Headers") ?? "";
  for (
    const name of [
      "stream-next-offset",
      "stream-cursor",
      "stream-up-to-date",
      "stream-closed",
    ]
  ) {
    assert.ok(exposed.includes(name), name);
  }
});
