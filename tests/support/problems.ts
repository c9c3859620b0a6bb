/** What every failure of the API must look like. */
import assert from "node:assert/strict";
import type { Answer } from "./http.ts";

/** Asserts that `answer` is the problem `code` in the one shape of errors, whole and as documented. */
export function assertProblem(
  answer: Answer,
  status: number,
  code: string,
): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  const { type, title, detail, ...rest } = answer.body;
  assert.equal(rest.code, code);
  assert.equal(rest.status, status);
  assert.equal(type, `urn:continuum:problem:${code}`);
  assert.ok(title.length > 0 && detail.length > 0);
  assert.equal(rest.request_id, answer.headers.get("x-request-id"));
  assert.match(answer.headers.get("x-should-retry") ?? "", /^(true|false)$/);
}

/** Asserts a 422 `validation_failed` that points at exactly `pointers`, in that order. */
export function assertInvalid(answer: Answer, ...pointers: string[]): void {
  assertProblem(answer, 422, "validation_failed");
  assert.deepEqual(
    answer.body.errors.map((error: { pointer: string }) => error.pointer),
    pointers,
  );
}
