import assert from "node:assert/strict";
import { cast } from "../support/actors.ts";
import {
  type Answer,
  append,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { share } from "../support/sharing.ts";

const { owner, viewer, editor, stranger } = await cast();
const name = fresh("hidden");
const id: string = (await append(owner, name, ["secret"])).body.conversation.id;
await share(id, viewer, "viewer");
await share(id, editor, "editor");

/** All of an answer but what differs from one request to the next. */
function comparable({ status, headers, text }: Answer) {
  const each = new Set(["date", "server-timing", "x-request-id"]);
  return {
    status,
    text,
    headers: [...headers].filter(([key]) => !each.has(key)),
  };
}

Deno.test("a stranger reads another user's history as empty", async () => {
  for (const address of [id, name]) {
    const { status, body } = await history(stranger, address);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      conversation: null,
      messages: [],
      has_more: false,
    });
  }
});

Deno.test("a hidden conversation and a missing one are answered with the same bytes and headers", async () => {
  const missing = crypto.randomUUID();
  for (const query of ["", "limit=1", "after=0", "before=1"]) {
    for (const method of ["GET", "HEAD"]) {
      const [ofHidden, ofMissing] = await Promise.all(
        [id, missing].map((address) =>
          request(stranger, `conversation-history/${address}?${query}`, {
            method,
          })
        ),
      );
      assert.deepEqual(comparable(ofHidden!), comparable(ofMissing!));
    }
  }
});

Deno.test("a hidden conversation's ETag is no way to learn of it", async () => {
  const real = (await history(owner, id)).headers.get("ETag")!;
  const probe = (address: string) =>
    request(stranger, `conversation-history/${address}`, {
      headers: { "If-None-Match": real },
    });
  assert.deepEqual(
    comparable(await probe(id)),
    comparable(await probe(crypto.randomUUID())),
  );
});

Deno.test("members read a shared conversation by its id, each with their own access", async () => {
  for (
    const [actor, access] of [[owner, "owner"], [viewer, "viewer"], [
      editor,
      "editor",
    ]] as const
  ) {
    const { body } = await history(actor, id);
    assert.equal(body.conversation.access, access);
    assert.deepEqual(
      body.messages.map((message: { content: string }) => message.content),
      ["secret"],
    );
  }
});

Deno.test("members do not read a shared conversation by its owner's name for it", async () => {
  for (const actor of [viewer, editor]) {
    assert.equal((await history(actor, name)).body.conversation, null);
  }
});
