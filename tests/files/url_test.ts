import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { request } from "../support/http.ts";
import { assertInvalid, assertProblem } from "../support/problems.ts";
import { reserve, storedFile, unique } from "../support/stored_files.ts";
import { target } from "../support/target.ts";

const owner = await signUp("owner");
const content = unique("signed");
const name = "Größe & more.txt";
const file = await storedFile(owner, { content, name });

const sign = (query = "", id: string = file.id) =>
  request(owner, `file-download/${id}/url${query}`);

/** The claims of the URL's token. */
function claimsOf(url: string) {
  const [, payload = ""] = (new URL(url).searchParams.get("token") ?? "").split(
    ".",
  );
  return JSON.parse(
    atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
  );
}

Deno.test("a signed URL gives the bytes to whoever has it, as an attachment of that name", async () => {
  const { status, body } = await sign();
  assert.equal(status, 200);
  assert.ok(body.url.startsWith(`${target.url}/storage/v1/`), body.url);
  const response = await fetch(body.url);
  assert.equal(response.status, 200);
  assert.equal(await response.text(), content);
  const disposition = response.headers.get("Content-Disposition") ?? "";
  assert.match(disposition, /^attachment/);
  assert.ok(disposition.includes(encodeURIComponent(name)), disposition);
});

for (
  const [query, seconds] of [["", 300], ["?expires_in=60", 60], [
    "?expires_in=3600",
    3600,
  ]] as const
) {
  Deno.test(`the token of a URL${query} ends after ${seconds} s, as expires_at says`, async () => {
    const { body } = await sign(query);
    const { exp, iat } = claimsOf(body.url);
    assert.equal(exp - iat, seconds);
    assert.ok(Math.abs(Date.parse(body.expires_at) / 1000 - exp) < 3);
  });
}

Deno.test("a URL whose token was changed is refused", async () => {
  const { body } = await sign("?expires_in=60");
  const url = new URL(body.url);
  const [header, , signature] = (url.searchParams.get("token") ?? "").split(
    ".",
  );
  const claims = claimsOf(body.url);
  for (
    const changed of [
      { ...claims, exp: claims.exp + 3600 },
      { ...claims, url: `user-files/${owner.id}/${crypto.randomUUID()}` },
    ]
  ) {
    const payload = btoa(JSON.stringify(changed)).replaceAll("=", "");
    url.searchParams.set("token", [header, payload, signature].join("."));
    const response = await fetch(url);
    const text = await response.text();
    assert.ok(response.status >= 400 && response.status < 500, text);
    assert.ok(!text.includes(content));
  }
});

Deno.test("the token of one file does not open another", async () => {
  const other = await storedFile(owner);
  const { body } = await sign();
  const response = await fetch(body.url.replace(file.id, other.id));
  await response.body?.cancel();
  assert.ok(response.status >= 400 && response.status < 500);
});

Deno.test("redirect=true is a 302 to such a URL", async () => {
  const { status, headers } = await sign("?redirect=true");
  assert.equal(status, 302);
  const response = await fetch(headers.get("Location") ?? "");
  assert.equal(await response.text(), content);
});

for (const query of ["59", "3601", "0", "-60", "1e3", "60.5", "", "soon"]) {
  Deno.test(`expires_in=${query} is 422`, async () => {
    assertInvalid(await sign(`?expires_in=${query}`), "/expires_in");
  });
}

Deno.test("redirect is true or false, and there is no other parameter", async () => {
  assertInvalid(await sign("?redirect=yes"), "/redirect");
  assertProblem(await sign("?ttl=60"), 422, "validation_failed");
});

Deno.test("a file that is not ready has no URL: 404", async () => {
  const { id } = (await reserve(owner)).body.file;
  assertProblem(await sign("", id), 404, "not_found");
});

Deno.test("a signed URL gives the declared charset back, as the download does", async () => {
  const { id } = await storedFile(owner, {
    type: "text/csv; charset=iso-8859-1",
  });
  const response = await fetch((await sign("", id)).body.url);
  await response.body?.cancel();
  assert.equal(
    response.headers.get("Content-Type"),
    "text/csv; charset=iso-8859-1",
  );
});
