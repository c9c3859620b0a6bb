import assert from "node:assert/strict";
import { pageEnds } from "./page_ends.ts";

const conversation = {
  id: "c",
  title: '],"has_more":true}',
  metadata: { messages: [{ id: "m", seq: 9 }], '"': "\\" },
  last_seq: 12,
  head_position: 11,
  updated_at: "2026-11-25T10:00:00.123456+00:00",
};

const message = (places: object, content: string) => ({
  id: "0d4e7a52-93b1-4c68-8f2d-7e6a5b4c3d20",
  ...places,
  live: true,
  role: "user",
  content,
  parts: [{ id: "x", seq: 77, position: 77, parent_position: 77 }],
  metadata: {},
  erased_at: null,
});

const pageOf = (messages: object[]) =>
  new TextEncoder().encode(
    JSON.stringify({ conversation, messages, has_more: false }),
  );

const first = { seq: 3, position: 2, parent_position: 1 };
const middle = { seq: 4, position: 4, parent_position: 2 };
const last = { seq: 12, position: 9007199254740991, parent_position: 4 };

/** Contents that look like the structure around them. */
const contents = [
  "",
  "}]",
  '{"id":"a","seq":1,"position":1,',
  '\\"]},{"',
  "é𝄞",
];

for (const content of contents) {
  Deno.test(`the ends of a page are read past what messages contain: ${content}`, () => {
    const page = pageOf(
      [first, middle, last].map((at) => message(at, content)),
    );
    assert.deepEqual(pageEnds(page), { conversation, first, last });
  });
}

Deno.test("a page of one message begins and ends with it", () => {
  const ends = pageEnds(pageOf([message(middle, "{")]));
  assert.deepEqual([ends.first, ends.last], [middle, middle]);
});

Deno.test("a page may be empty, and a conversation may be absent", () => {
  const { first, last } = pageEnds(pageOf([]));
  assert.deepEqual([first, last], [null, null]);
  const none = '{"conversation":null,"messages":[],"has_more":false}';
  assert.deepEqual(pageEnds(new TextEncoder().encode(none)), {
    conversation: null,
    first: null,
    last: null,
  });
});

Deno.test("what is no page is refused", () => {
  for (
    const text of ['{"conversation":{}}', '{"conversation":{},"messages":[{}]}']
  ) {
    assert.throws(() => pageEnds(new TextEncoder().encode(text)), SyntaxError);
  }
});
