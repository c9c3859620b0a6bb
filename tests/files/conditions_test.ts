import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { storedFile, unique } from "../support/stored_files.ts";

const owner = await signUp("owner");
const content = unique("0123456789");
const size = content.length;
const file = await storedFile(owner, { content });

const get = (headers: Record<string, string> = {}) =>
  request(owner, `file-download/${file.id}`, { headers });
const whole = await get();
const etag = whole.headers.get("ETag") ?? "";
const modified = whole.headers.get("Last-Modified") ?? "";
const seconds = (offset: number) =>
  new Date(Date.parse(modified) + offset * 1000).toUTCString();

for (
  const [range, first, last] of [
    ["bytes=0-3", 0, 3],
    ["bytes=0-0", 0, 0],
    ["bytes=4-7", 4, 7],
    [`bytes=${size - 1}-`, size - 1, size - 1],
    ["bytes=5-", 5, size - 1],
    ["bytes=-4", size - 4, size - 1],
    ["bytes=-9999", 0, size - 1],
    ["bytes=3-9999", 3, size - 1],
    ["BYTES=1-2", 1, 2],
  ] as const
) {
  Deno.test(`Range: ${range.replace(/\d{2}-/, "n-")} is 206 with just that part`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 206);
    assert.equal(answer.text, content.slice(first, last + 1));
    assert.equal(
      answer.headers.get("Content-Range"),
      `bytes ${first}-${last}/${size}`,
    );
    assert.equal(
      answer.headers.get("Content-Length"),
      String(last - first + 1),
    );
    // Of the whole representation, whatever part of it this is.
    for (const name of ["ETag", "Repr-Digest", "Content-Type"]) {
      assert.equal(answer.headers.get(name), whole.headers.get(name));
    }
  });
}

for (const range of [`bytes=${size}-`, "bytes=99999-", "bytes=-0"]) {
  Deno.test(`Range: ${range.replace(`${size}-`, "size-")} is 416 with the size`, async () => {
    const answer = await get({ Range: range });
    assertProblem(answer, 416, "range_not_satisfiable");
    assert.equal(answer.headers.get("Content-Range"), `bytes */${size}`);
    assert.equal(answer.body.size_bytes, size);
  });
}

for (
  const range of [
    "bytes=0-1,3-4",
    "lines=1-2",
    "bytes=3-1",
    "bytes=",
    "bytes=-",
    "bytes=a-b",
    "bytes 0-1",
    "0-1",
  ]
) {
  Deno.test(`Range: ${range} is served whole`, async () => {
    const answer = await get({ Range: range });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, content);
    assert.equal(answer.headers.get("Content-Range"), null);
  });
}

for (const range of ["bytes=0-3", `bytes=${size}-`]) {
  Deno.test(`HEAD with Range: ${range.replace(`${size}-`, "size-")} tells of the whole file`, async () => {
    const answer = await request(owner, `file-download/${file.id}`, {
      method: "HEAD",
      headers: { Range: range },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Content-Length"), String(size));
    assert.equal(answer.headers.get("Content-Range"), null);
    assert.equal(answer.headers.get("Accept-Ranges"), "bytes");
  });
}

for (
  const [what, headers] of [
    ["If-Match: another entity tag", { "If-Match": '"a"' }],
    ["If-Unmodified-Since: earlier", { "If-Unmodified-Since": seconds(-9) }],
    ["If-Match before If-None-Match and Range", {
      "If-Match": '"a"',
      "If-None-Match": etag,
      Range: "bytes=0-3",
    }],
  ] as [string, Record<string, string>][]
) {
  Deno.test(`${what} is 412`, async () => {
    assertProblem(await get(headers), 412, "precondition_failed");
  });
}

Deno.test("If-Match takes the entity tag that a gateway has weakened", async () => {
  assert.equal((await get({ "If-Match": `W/${etag}` })).status, 200);
});

for (
  const [what, ifRange, status] of [
    ["the entity tag", etag, 206],
    ["the date", modified, 206],
    ["another entity tag", '"stale"', 200],
    ["the entity tag that a gateway has weakened", `W/${etag}`, 206],
    ["an older date", seconds(-1), 200],
    ["a newer date", seconds(1), 200],
    ["nonsense", "yesterday", 200],
  ] as const
) {
  Deno.test(`If-Range with ${what} is ${status}`, async () => {
    const answer = await get({ Range: "bytes=0-3", "If-Range": ifRange });
    assert.equal(answer.status, status);
    assert.equal(answer.text, status === 206 ? content.slice(0, 4) : content);
  });
}

for (
  const [what, headers, status] of [
    ["If-None-Match: the entity tag", { "If-None-Match": etag }, 304],
    ["If-None-Match: *", { "If-None-Match": "*" }, 304],
    ["If-None-Match: it made weak", { "If-None-Match": `W/${etag}` }, 304],
    ["If-None-Match: a list with it", {
      "If-None-Match": `"a", ${etag}`,
    }, 304],
    ["If-None-Match: another", { "If-None-Match": '"a"' }, 200],
    ["If-Modified-Since: the date", { "If-Modified-Since": modified }, 304],
    ["If-Modified-Since: later", { "If-Modified-Since": seconds(9) }, 304],
    ["If-Modified-Since: earlier", { "If-Modified-Since": seconds(-9) }, 200],
    ["If-Modified-Since: nonsense", { "If-Modified-Since": "soon" }, 200],
    ["If-None-Match: another, over a matching date", {
      "If-None-Match": '"a"',
      "If-Modified-Since": modified,
    }, 200],
    ["If-Match: the entity tag", { "If-Match": etag }, 200],
    ["If-Unmodified-Since: the date", { "If-Unmodified-Since": modified }, 200],
    ["If-None-Match before Range", {
      "If-None-Match": etag,
      Range: "bytes=0-3",
    }, 304],
    ["If-None-Match before a Range beyond the end", {
      "If-None-Match": etag,
      Range: "bytes=99999-",
    }, 304],
  ] as [string, Record<string, string>, number][]
) {
  Deno.test(`${what} is ${status}`, async () => {
    const answer = await get(headers);
    assert.equal(answer.status, status);
    assert.equal(answer.text, status === 304 ? "" : content);
    assert.equal(answer.headers.get("ETag"), etag);
    if (status === 304) {
      assert.equal(answer.headers.get("Content-Length") ?? "0", "0");
      assert.equal(
        answer.headers.get("Cache-Control"),
        "private, no-cache, no-transform",
      );
    }
  });
}
