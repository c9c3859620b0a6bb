import assert from "node:assert/strict";
import { type Actor, nobody, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { target } from "../support/target.ts";

const user = await signUp("user");
const genuine = user.headers.Authorization!.slice("Bearer ".length);
const [genuineHeader, genuineClaims, genuineSignature] = genuine.split(".");

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const encode = (value: unknown) =>
  base64url(new TextEncoder().encode(JSON.stringify(value)));
const decode = (part = "") =>
  JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));

const header = decode(genuineHeader);
const claims = decode(genuineClaims);

/** The user's claims, signed with a key that is not the project's. */
async function forged(forgedHeader: Record<string, unknown>): Promise<string> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, false, [
    "sign",
    "verify",
  ]);
  const signed = `${encode(forgedHeader)}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(
    algorithm,
    privateKey,
    new TextEncoder().encode(signed),
  );
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

const { kid: _, ...headerWithoutKid } = header;
const refused: Record<string, string> = {
  "the publishable key": target.publishableKey,
  "garbage": "garbage",
  "three parts of garbage": "a.b.c",
  "a token of another key": await forged(header),
  "a token of an unknown kid": await forged({ ...header, kid: "unknown" }),
  "a token without kid": await forged(headerWithoutKid),
  "a token with alg none": `${
    encode({ ...header, alg: "none" })
  }.${genuineClaims}.`,
  "a token with alg HS256": `${
    encode({ ...header, alg: "HS256" })
  }.${genuineClaims}.${genuineSignature}`,
  "a token without its signature": `${genuineHeader}.${genuineClaims}.`,
  "a token for another user": `${genuineHeader}.${
    encode({ ...claims, sub: crypto.randomUUID() })
  }.${genuineSignature}`,
  "a token that was prolonged": `${genuineHeader}.${
    encode({ ...claims, exp: claims.exp + 86400 })
  }.${genuineSignature}`,
};

for (const scheme of ["bearer", "BEARER", "Bearer "]) {
  Deno.test(`the scheme of a token may be "${scheme}"`, async () => {
    const actor = {
      ...user,
      headers: { ...user.headers, Authorization: `${scheme} ${genuine}` },
    };
    const { status } = await append(actor, fresh("scheme"), ["hello"]);
    assert.equal(status, 201);
  });
}

const bearer = (token: string): Actor => ({
  ...user,
  headers: { ...user.headers, Authorization: `Bearer ${token}` },
});

for (const [what, token] of Object.entries(refused)) {
  Deno.test(`${what} as bearer is 401 invalid_token, to read or to write`, async () => {
    const name = fresh("token");
    const answers = [
      await append(bearer(token), name, ["hello"]),
      await history(bearer(token), name),
      await request(bearer(token), "conversation-history"),
    ];
    for (const answer of answers) {
      assertProblem(answer, 401, "invalid_token");
      assert.match(
        answer.headers.get("WWW-Authenticate") ?? "",
        /^Bearer .*error="invalid_token"/,
      );
      assert.ok(!answer.text.includes(token));
    }
    assert.equal((await history(user, name)).body.conversation, null);
  });
}

const without: Record<string, Record<string, string>> = {
  "nothing at all": {},
  "the publishable key alone": { apikey: target.publishableKey },
  "the secret key alone": { apikey: target.secretKey },
  "another scheme": {
    Authorization: "Basic dXNlcjpwYXNz",
    apikey: target.publishableKey,
  },
  "an empty bearer": {
    Authorization: "Bearer ",
    apikey: target.publishableKey,
  },
};
for (const [what, headers] of Object.entries(without)) {
  Deno.test(`${what} is 401 unauthenticated`, async () => {
    const answer = await history({ ...nobody(), headers }, fresh("token"));
    assertProblem(answer, 401, "unauthenticated");
    assert.match(
      answer.headers.get("WWW-Authenticate") ?? "",
      /^Bearer realm=/,
    );
  });
}

Deno.test("a token does without the publishable key", async () => {
  const { Authorization } = user.headers;
  const answer = await history({
    ...user,
    headers: { Authorization: Authorization! },
  }, "x");
  assert.equal(answer.status, 200);
});
