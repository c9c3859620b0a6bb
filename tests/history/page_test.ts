import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import {
  type Answer,
  append,
  fresh,
  history,
  request,
} from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";

const owner = await signUp("owner");

/** A conversation of messages "1" to "<length>". */
async function conversationOf(length: number): Promise<string> {
  const name = fresh("page");
  await append(
    owner,
    name,
    Array.from({ length }, (_, index) => `${index + 1}`),
  );
  return name;
}

const seqs = ({ body }: Answer): number[] =>
  body.messages.map((m: { seq: number }) => m.seq);

/** The query of the link with that relation; null where there is none. */
function link(answer: Answer, rel: "prev" | "next"): string | null {
  const header = answer.headers.get("Link") ?? "";
  return new RegExp(`<\\?([^>]*)>; rel="${rel}"`).exec(header)?.[1] ?? null;
}

const ten = await conversationOf(10);

const pages: [query: string, seqs: number[], has_more: boolean][] = [
  ["", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
  ["limit=3", [8, 9, 10], true],
  ["limit=10", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
  ["before=5", [1, 2, 3, 4], false],
  ["before=5&limit=2", [3, 4], true],
  ["before=1", [], false],
  ["before=99&limit=1", [10], true],
  ["after=7", [8, 9, 10], false],
  ["after=3&limit=2", [4, 5], true],
  ["after=0&limit=2", [1, 2], true],
  ["after=8&limit=2", [9, 10], false],
  ["after=10", [], false],
  ["after=99", [], false],
  ["after=2&before=9&limit=3", [3, 4, 5], true],
  ["after=2&before=5", [3, 4], false],
  ["after=2&before=6&limit=3", [3, 4, 5], false],
  ["after=5&before=6", [], false],
  ["after=6&before=3", [], false],
];
for (const [query, expected, has_more] of pages) {
  Deno.test(`?${query} of ten messages reads ${expected.join(" ") || "none"}, oldest to newest`, async () => {
    const page = await history(owner, ten, query);
    assert.equal(page.status, 200);
    assert.deepEqual(seqs(page), expected);
    assert.equal(page.body.has_more, has_more);
    assert.equal(page.body.conversation.last_seq, 10);
    for (const { seq, content } of page.body.messages) {
      assert.equal(content, `${seq}`);
    }
  });
}

Deno.test("the default is the newest 100, and 500 is the most", async () => {
  const name = fresh("long");
  for (let batch = 0; batch < 6; batch++) {
    await append(owner, name, Array.from({ length: 100 }, () => "x"));
  }
  const newest = seqs(await history(owner, name));
  assert.deepEqual([newest.length, newest[0], newest[99]], [100, 501, 600]);
  const most = seqs(await history(owner, name, "limit=500"));
  assert.deepEqual([most.length, most[0], most[499]], [500, 101, 600]);
});

for (const [rel, start] of [["prev", ""], ["next", "after=0"]] as const) {
  Deno.test(`following ${rel} to the end gives every message once`, async () => {
    const seen: number[][] = [];
    let query: string | null = start === "" ? "limit=3" : `${start}&limit=3`;
    while (query !== null) {
      const page: Answer = await history(owner, ten, query);
      assert.equal(page.status, 200);
      seen.push(seqs(page));
      query = link(page, rel);
      assert.equal(page.body.has_more, query !== null);
    }
    assert.ok(seen.length === 4);
    const inOrder = rel === "prev" ? seen.reverse() : seen;
    assert.deepEqual(inOrder.flat(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
}

Deno.test("a page in the middle links to both sides, and the ends to one", async () => {
  const middle = await history(owner, ten, "after=3&limit=2");
  assert.equal(link(middle, "prev"), "before=4&limit=2");
  assert.equal(link(middle, "next"), "after=5&limit=2");
  const newest = await history(owner, ten, "limit=2");
  assert.equal(link(newest, "next"), null);
  const whole = await history(owner, ten);
  assert.equal(whole.headers.get("Link"), null);
});

Deno.test("pages that are followed while others append skip and repeat nothing", async () => {
  const name = await conversationOf(5);
  const seen: number[] = [];
  let more = true;
  while (more) {
    const page = await history(owner, name, `after=${seen.length}&limit=2`);
    seen.push(...seqs(page));
    more = page.body.has_more;
    if (seen.length < 8) await append(owner, name, ["new"]);
  }
  assert.equal(seen.length, 8);
  assert.deepEqual(seen, seen.map((_, index) => index + 1));
});

Deno.test("a query that is no page is 422 with a pointer to each parameter", async () => {
  const cases: [string, ...string[]][] = [
    ["limit=0", "/limit"],
    ["limit=501", "/limit"],
    ["limit=1.5", "/limit"],
    ["limit=-1", "/limit"],
    ["limit=", "/limit"],
    ["before=0", "/before"],
    ["before=x&after=-1", "/before", "/after"],
    ["after=99999999999999999999", "/after"],
    ["offset=3", "/offset"],
  ];
  for (const [query, ...pointers] of cases) {
    assertInvalid(await history(owner, ten, query), ...pointers);
  }
});

Deno.test("messages that are large end a page early, and none is lost", async () => {
  const name = fresh("large");
  const large = "x".repeat(1024 * 1024);
  for (let count = 0; count < 7; count++) {
    await append(owner, name, [`${count + 1} ${large.slice(2)}`]);
  }
  const newest = await history(owner, name);
  assert.deepEqual(newest.body.has_more, true);
  assert.ok(newest.text.length < 4.1 * 1024 * 1024);
  const seen = [];
  for (let query: string | null = "after=0"; query !== null;) {
    const page: Answer = await request(
      owner,
      `conversation-history/${name}?${query}`,
    );
    seen.push(...page.body.messages);
    query = link(page, "next");
  }
  assert.deepEqual(seen.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
  for (const { seq, content } of seen) assert.ok(content.startsWith(`${seq} `));
});
