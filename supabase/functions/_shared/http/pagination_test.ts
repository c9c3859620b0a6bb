import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { Problem } from "../problems/problem.ts";
import { decodeCursor, encodeCursor, linkHeader } from "./pagination.ts";

const Position = z.strictObject({ at: z.string(), id: z.int() });

Deno.test("a cursor stands for the position that it was made of", () => {
  for (
    const at of ["2026-01-01T00:00:00.123456+00:00", "", "é😀", "a".repeat(300)]
  ) {
    const position = { at, id: 7 };
    assert.deepEqual(decodeCursor(encodeCursor(position), Position), position);
  }
});

Deno.test("a cursor needs no escaping in a URL", () => {
  for (let id = 0; id < 200; id++) {
    assert.match(encodeCursor({ at: "ÿ>?".repeat(id % 5), id }), /^[\w=-]+$/);
  }
});

Deno.test("what encodeCursor cannot have made is invalid_cursor", () => {
  const cursor = encodeCursor({ at: "x", id: 7 });
  const malformed = [
    "",
    "!",
    "null",
    cursor.slice(0, -3),
    cursor + cursor,
    encodeCursor({ at: "x" }),
    encodeCursor({ at: "x", id: "7" }),
    encodeCursor({ at: "x", id: 7, more: 1 }),
  ];
  for (const text of malformed) {
    assert.throws(
      () => decodeCursor(text, Position),
      (error) => error instanceof Problem && error.code === "invalid_cursor",
      text,
    );
  }
});

Deno.test("links are queries relative to the request, and none is no header", () => {
  assert.equal(
    linkHeader({ prev: { before: 4, limit: 2 }, next: { after: 5, limit: 2 } }),
    '<?before=4&limit=2>; rel="prev", <?after=5&limit=2>; rel="next"',
  );
  assert.equal(
    linkHeader({ prev: null, next: { after: 1 } }),
    '<?after=1>; rel="next"',
  );
  assert.equal(linkHeader({ prev: null, next: null }), null);
});
