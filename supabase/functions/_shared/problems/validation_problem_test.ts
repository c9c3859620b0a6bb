import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { pointerTo, validationProblem } from "./validation_problem.ts";

Deno.test("a pointer escapes ~ and / as RFC 6901 says", () => {
  assert.equal(pointerTo([]), "");
  assert.equal(pointerTo(["a/b", 0, "m~n", "~1", ""]), "/a~1b/0/m~0n/~01/");
});

Deno.test("a problem names each broken rule, each unknown field by itself, 20 at most", () => {
  const schema = z.strictObject({ a: z.number(), list: z.array(z.string()) });
  const { error } = schema.safeParse({ a: "x", list: [1], b: 1, "c/d": 2 });
  const problem = validationProblem(error!.issues);
  assert.equal(problem.code, "validation_failed");
  assert.deepEqual(
    problem.extension.errors?.map(({ pointer }) => pointer),
    ["/a", "/list/0", "/b", "/c~1d"],
  );
  assert.equal(problem.detail, problem.extension.errors?.[0]?.detail);
  const many = schema.safeParse({ a: 1, list: Array(100).fill(0) });
  assert.equal(
    validationProblem(many.error!.issues).extension.errors?.length,
    20,
  );
});
