/** Metadata is changed by JSON merge patch: every example of RFC 7396, Appendix A, a level down. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertInvalid } from "../support/problems.ts";

const owner = await signUp("owner");

async function patched(
  original: Record<string, unknown>,
  ...patches: Record<string, unknown>[]
) {
  const name = fresh("merge");
  await append(owner, name, ["hello"], { metadata: original });
  let answer;
  for (const metadata of patches) {
    answer = await request(owner, `conversation-history/${name}`, {
      method: "PATCH",
      json: { metadata },
      headers: { "Content-Type": "application/merge-patch+json" },
    });
  }
  return answer!;
}

const GONE = Symbol();
const appendix: [unknown, unknown, unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, GONE],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];
for (const [original, patch, result] of appendix) {
  const shown = `${JSON.stringify(original)} with ${JSON.stringify(patch)}`;
  Deno.test(`RFC 7396 Appendix A: ${shown}`, async () => {
    const { status, body } = await patched({ x: original, y: 1 }, { x: patch });
    assert.equal(status, 200);
    assert.deepEqual(
      body.metadata,
      result === GONE ? { y: 1 } : { x: result, y: 1 },
    );
  });
}

Deno.test("the examples hold at the top of metadata as well", async () => {
  const { body } = await patched(
    { title: "Goodbye!", author: { given: "John", family: "Doe" }, tags: [1] },
    { title: "Hello!", author: { family: null }, tags: ["x"], phone: "+01" },
  );
  assert.deepEqual(body.metadata, {
    title: "Hello!",
    author: { given: "John" },
    tags: ["x"],
    phone: "+01",
  });
});

Deno.test("names that are not ASCII, empty or __proto__ are names like any other", async () => {
  const names = JSON.parse('{"": 1, "é": 2, "__proto__": 3, "a.b": 4}');
  const { body } = await patched({ "": 0 }, names);
  assert.deepEqual(body.metadata, names);
});

Deno.test("metadata may not grow past 64 KiB by patches that are smaller", async () => {
  const half = { a: "x".repeat(40_000) };
  const answer = await patched({}, half, { b: "x".repeat(40_000) });
  assertInvalid(answer, "/metadata");
  // 64 KiB to the byte, with the punctuation that the database's own text spaces out.
  const room = 65536 - JSON.stringify({ a: [1, 2], b: "", c: { d: 1 } }).length;
  const exact = { a: [1, 2], c: { d: 1 } };
  const full = await patched(exact, { b: "x".repeat(room) });
  assert.equal(full.status, 200);
  const over = await patched(exact, { b: "x".repeat(room) }, { d: 1 });
  assertInvalid(over, "/metadata");
});

Deno.test("JSON that takes more room in the database than on the wire is refused, not failed on", async () => {
  const answer = await patched({}, { tiny: Array(1000).fill(1e-300) });
  assert.equal(answer.status, 422, answer.text);
  const { status } = await append(owner, fresh("merge"), ["hello"], {
    metadata: { tiny: Array(1000).fill(1e-300) },
  });
  assert.equal(status, 422);
});

Deno.test("a patch of as many members as metadata can have is merged", async () => {
  const members = Object.fromEntries(
    Array.from({ length: 7000 }, (_, n) => [n.toString(36), 1]),
  );
  const { status, body } = await patched({ kept: true }, members);
  assert.equal(status, 200);
  assert.deepEqual(body.metadata, { kept: true, ...members });
});
