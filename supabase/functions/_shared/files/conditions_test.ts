import assert from "node:assert/strict";
import { select, type Selection } from "./conditions.ts";

const size = 10;
const lastModified = new Date("2026-11-23T09:00:00.987Z");
const file = { etag: '"tag"', lastModified };
const date = "Mon, 23 Nov 2026 09:00:00 GMT";

const whole: Selection = { status: 200 };
const unchanged: Selection = { status: 304 };
const beyond: Selection = { status: 416 };
const failed: Selection = { status: 412 };
const part = (first: number, last: number): Selection => ({
  status: 206,
  range: { first, last },
});

const get = (headers: Record<string, string>) => ({
  method: "GET",
  headers: new Headers(headers),
});

const cases: [Record<string, string>, Selection][] = [
  [{}, whole],
  [{ Range: "bytes=0-0" }, part(0, 0)],
  [{ Range: "bytes=0-" }, part(0, 9)],
  [{ Range: "bytes=9-9" }, part(9, 9)],
  [{ Range: "bytes=9-10" }, part(9, 9)],
  [{ Range: "bytes=0-99999999999999999999" }, part(0, 9)],
  [{ Range: "bytes=-1" }, part(9, 9)],
  [{ Range: "bytes=-10" }, part(0, 9)],
  [{ Range: "bytes=-11" }, part(0, 9)],
  [{ Range: "bytes=10-" }, beyond],
  [{ Range: "bytes=10-12" }, beyond],
  [{ Range: "bytes=-0" }, beyond],
  [{ Range: "bytes=2-1" }, whole],
  [{ Range: "bytes=12-11" }, whole],
  [{ Range: "bytes=0-1, 2-3" }, whole],
  [{ Range: "bytes=1.5-2" }, whole],
  [{ Range: "bytes=--1" }, whole],
  [{ Range: "bytes=0x1-2" }, whole],
  [{ Range: "items=0-1" }, whole],
  [{ Range: "" }, whole],

  [{ Range: "bytes=0-1", "If-Range": '"tag"' }, part(0, 1)],
  [{ Range: "bytes=0-1", "If-Range": 'W/"tag"' }, part(0, 1)],
  [{ Range: "bytes=0-1", "If-Range": '"other"' }, whole],
  [{ Range: "bytes=10-", "If-Range": '"other"' }, whole],
  [{ Range: "bytes=0-1", "If-Range": date }, part(0, 1)],
  [
    { Range: "bytes=0-1", "If-Range": "Mon, 23 Nov 2026 09:00:01 GMT" },
    whole,
  ],
  [{ Range: "bytes=0-1", "If-Range": "" }, whole],
  [{ "If-Range": '"tag"' }, whole],

  [{ "If-None-Match": '"tag"' }, unchanged],
  [{ "If-None-Match": 'W/"tag"' }, unchanged],
  [{ "If-None-Match": '"a,b", "tag"' }, unchanged],
  [{ "If-None-Match": " * " }, unchanged],
  [{ "If-None-Match": "tag" }, whole],
  [{ "If-None-Match": '"Tag"' }, whole],
  [{ "If-None-Match": '"x"', "If-Modified-Since": date }, whole],
  [{ "If-None-Match": '"tag"', Range: "bytes=0-1" }, unchanged],
  [{ "If-None-Match": '"tag"', Range: "bytes=10-" }, unchanged],
  [{ "If-Modified-Since": date }, unchanged],
  [{ "If-Modified-Since": "Mon, 23 Nov 2026 08:59:59 GMT" }, whole],
  [{ "If-Modified-Since": "Mon, 23 Nov 2026 09:00:01 GMT" }, unchanged],
  [{ "If-Modified-Since": "never" }, whole],

  [{ "If-Match": '"tag"' }, whole],
  [{ "If-Match": '"other", "tag"' }, whole],
  [{ "If-Match": "*" }, whole],
  [{ "If-Match": '"other"' }, failed],
  [{ "If-Match": 'W/"tag"' }, whole],
  [{ "If-Match": '"other"', "If-None-Match": '"tag"' }, failed],
  [{ "If-Match": '"other"', Range: "bytes=0-1" }, failed],
  [{ "If-Match": '"tag"', "If-None-Match": '"tag"' }, unchanged],
  [{ "If-Match": '"tag"', Range: "bytes=0-1" }, part(0, 1)],
  [{ "If-Unmodified-Since": date }, whole],
  [{ "If-Unmodified-Since": "Mon, 23 Nov 2026 08:59:59 GMT" }, failed],
  [{ "If-Unmodified-Since": "never" }, whole],
  [{
    "If-Match": '"tag"',
    "If-Unmodified-Since": "Mon, 23 Nov 2026 08:59:59 GMT",
  }, whole],
];

for (const [headers, expected] of cases) {
  const told = Object.entries(headers).map(([name, value]) =>
    `${name}: ${value}`
  );
  const answer = "range" in expected
    ? `206 ${expected.range.first}-${expected.range.last}`
    : expected.status;
  Deno.test(`${told.join(", ") || "no condition"} of ten bytes is ${answer}`, () => {
    assert.deepEqual(select(get(headers), file, size), expected);
  });
}

Deno.test("the Range of a HEAD is ignored, its conditions are not", () => {
  const head = (headers: Record<string, string>) =>
    select({ method: "HEAD", headers: new Headers(headers) }, file, size);
  assert.deepEqual(head({ Range: "bytes=0-1" }), whole);
  assert.deepEqual(head({ Range: "bytes=10-" }), whole);
  assert.deepEqual(head({ "If-None-Match": '"tag"' }), unchanged);
  assert.deepEqual(head({ "If-Match": '"other"' }), failed);
});

Deno.test("a suffix of an empty file is 416, as is any range of it", () => {
  for (const Range of ["bytes=-5", "bytes=0-", "bytes=0-0"]) {
    assert.deepEqual(select(get({ Range }), file, 0), beyond);
  }
});

Deno.test("a Range takes time in proportion to its length", () => {
  const start = performance.now();
  const spaces = " ".repeat(300_000);
  for (const range of [`bytes=${spaces}x`, `bytes=1${spaces}-${spaces}x`]) {
    assert.deepEqual(select(get({ Range: range }), file, size), whole);
  }
  const ms = performance.now() - start;
  assert.ok(ms < 4000, `${ms} ms`);
});
