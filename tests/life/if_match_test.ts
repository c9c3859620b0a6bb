import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";

const owner = await signUp("owner");

async function conversation(): Promise<string> {
  const name = fresh("match");
  await append(owner, name, ["one", "two", "three"]);
  return name;
}

function change(name: string, json: unknown, ifMatch: string) {
  return request(owner, `conversation-history/${name}`, {
    method: "PATCH",
    json,
    headers: { "If-Match": ifMatch },
  });
}

const tagOf = async (name: string, query = "") =>
  (await history(owner, name, query)).headers.get("ETag")!;

Deno.test("of two clients that change the same title, one wins and the other is told", async () => {
  for (let round = 0; round < 10; round++) {
    const name = await conversation();
    const tag = await tagOf(name);
    const answers = await Promise.all(
      ["first", "second"].map((title) => change(name, { title }, tag)),
    );
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status !== 200);
    assert.equal(won.length, 1);
    assertProblem(lost[0]!, 412, "precondition_failed");
    const { body } = await history(owner, name);
    assert.equal(body.conversation.title, won[0]!.body.title);
  }
});

Deno.test("the ETag of any read of the conversation serves, and that of a change", async () => {
  const name = await conversation();
  const id = (await history(owner, name)).body.conversation.id;
  const reads = ["", "limit=1", "after=1", "before=3&limit=1"];
  for (const [index, query] of reads.entries()) {
    const tag = await tagOf(index % 2 ? id : name, query);
    const answer = await change(name, { title: `${index}` }, tag);
    assert.equal(answer.status, 200, answer.text);
    const next = answer.headers.get("ETag")!;
    const after = await change(name, { title: `after ${index}` }, next);
    assert.equal(after.status, 200);
    assertProblem(
      await change(name, { title: "stale" }, next),
      412,
      "precondition_failed",
    );
  }
  const { headers } = await request(owner, `conversation-history/${name}`, {
    method: "HEAD",
  });
  const head = headers.get("ETag")!;
  assert.equal((await change(name, { title: "head" }, head)).status, 200);
});

Deno.test("one tag of several is enough, weakened by a proxy or not, and * is any", async () => {
  const name = await conversation();
  const lists = [
    (tag: string) => `"other", ${tag}`,
    (tag: string) => `"a.b",${tag},"AAAA.x"`,
    (tag: string) => `W/${tag}`,
    () => "*",
  ];
  for (const [index, list] of lists.entries()) {
    const answer = await change(
      name,
      { title: `${index}` },
      list(await tagOf(name)),
    );
    assert.equal(answer.status, 200, answer.text);
  }
});

Deno.test("an append moves the version", async () => {
  const name = await conversation();
  const tag = await tagOf(name);
  await append(owner, name, ["four"]);
  assertProblem(
    await change(name, { title: "x" }, tag),
    412,
    "precondition_failed",
  );
});

Deno.test("a tag of another conversation, or of none, or of nobody, is 412", async () => {
  const [name, other] = [await conversation(), await conversation()];
  const nothing = await tagOf(fresh("missing"));
  const foreign = [
    await tagOf(other),
    nothing,
    '"abc"',
    '"a.b"',
    '"AAAA.x"',
    '"_w.x"',
    '""',
    "abc",
    "",
    ",",
    '"unterminated',
    "W/*",
    '"MjAyNg.x"',
    '"e30.x"',
    `"${"a".repeat(3000)}.b"`,
  ];
  for (const tag of foreign) {
    assertProblem(
      await change(name, { title: "x" }, tag),
      412,
      "precondition_failed",
    );
  }
  const { body } = await history(owner, name);
  assert.notEqual(body.conversation.title, "x");
});

Deno.test("a missing conversation is 404, whatever If-Match says", async () => {
  const answer = await change(fresh("missing"), { title: "x" }, "*");
  assertProblem(answer, 404, "not_found");
});
