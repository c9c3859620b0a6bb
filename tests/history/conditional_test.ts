import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import {
  append,
  fresh,
  history,
  request,
  varyingWith,
} from "../support/http.ts";

const owner = await signUp("owner");

async function conversation(): Promise<string> {
  const name = fresh("etag");
  await append(owner, name, ["1", "2"]);
  return name;
}

function read(name: string, headers: Record<string, string>, method = "GET") {
  return request(owner, `conversation-history/${name}`, { headers, method });
}

Deno.test("a page has a strong ETag that stays while nothing changes", async () => {
  const name = await conversation();
  const first = (await history(owner, name)).headers.get("ETag");
  assert.match(first ?? "", /^"[^"]+"$/);
  assert.equal((await history(owner, name)).headers.get("ETag"), first);
});

Deno.test("an append changes the ETag of the page, and so does another query", async () => {
  const name = await conversation();
  const tags = [
    (await history(owner, name)).headers.get("ETag"),
    (await history(owner, name, "limit=1")).headers.get("ETag"),
  ];
  await append(owner, name, ["3"]);
  tags.push((await history(owner, name)).headers.get("ETag"));
  assert.equal(new Set(tags).size, 3);
});

for (const form of ["the ETag", "a list with it", "its weak form", "*"]) {
  Deno.test(`If-None-Match with ${form} is 304 without a body, with the headers that still hold`, async () => {
    const name = await conversation();
    const page = await history(owner, name, "limit=1");
    const tag = page.headers.get("ETag")!;
    const value = {
      "the ETag": tag,
      "a list with it": `"other", ${tag}`,
      "its weak form": `W/${tag}`,
      "*": "*",
    }[form]!;
    for (const method of ["GET", "HEAD"]) {
      const answer = await read(
        `${name}?limit=1`,
        { "If-None-Match": value },
        method,
      );
      assert.equal(answer.status, 304);
      assert.equal(answer.text, "");
      assert.deepEqual(varyingWith(answer.headers), varyingWith(page.headers));
      for (const header of ["ETag", "Link", "Cache-Control"]) {
        assert.equal(
          answer.headers.get(header),
          page.headers.get(header),
          header,
        );
      }
      assert.ok(answer.headers.get("x-request-id"));
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*");
    }
  });
}

Deno.test("If-None-Match with another ETag reads the page", async () => {
  const name = await conversation();
  const stale = (await history(owner, name)).headers.get("ETag")!;
  await append(owner, name, ["3"]);
  const answer = await read(name, { "If-None-Match": stale });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.messages.length, 3);
});

Deno.test("HEAD has the status and headers of GET, and no body", async () => {
  const name = await conversation();
  const get = await history(owner, name, "limit=1");
  const head = await read(`${name}?limit=1`, {}, "HEAD");
  assert.equal(head.status, 200);
  assert.equal(head.text, "");
  const compared = [
    "Content-Type",
    "Content-Length",
    "ETag",
    "Link",
    "Cache-Control",
  ];
  assert.deepEqual(varyingWith(head.headers), varyingWith(get.headers));
  for (const header of compared) {
    assert.equal(head.headers.get(header), get.headers.get(header), header);
  }
});
