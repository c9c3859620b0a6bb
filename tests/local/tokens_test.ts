import assert from "node:assert/strict";
import * as jose from "npm:jose@6.2.18";
import { INNER_SECRET } from "../../local/keys.ts";
import { type Actor, signUp } from "../support/actors.ts";
import { append, fresh, history, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { ownStack } from "./own_stack.ts";

const { stack, at } = await ownStack();
const user = await signUp("user", at);
const genuine = (user.headers.Authorization ?? "").slice("Bearer ".length);
const claims = jose.decodeJwt(genuine);
const { kid = "" } = jose.decodeProtectedHeader(genuine);

/** The user's claims as another would sign them. */
async function signedBy(
  key: Parameters<jose.SignJWT["sign"]>[0],
  header: jose.JWTHeaderParameters,
): Promise<string> {
  return await new jose.SignJWT(claims).setProtectedHeader(header).sign(key);
}

const now = Math.floor(Date.now() / 1000);
const { privateKey: otherKey } = await jose.generateKeyPair("ES256");
const secret = new TextEncoder().encode(INNER_SECRET);
const unsigned = new jose.UnsecuredJWT(claims).encode();
const { sub: _, ...withoutSub } = claims;

/** Tokens that nobody may use. */
const refused: Record<string, string> = {
  "an expired token": await stack.key.sign({
    ...claims,
    iat: now - 7200,
    exp: now - 3600,
  }),
  "a token of another key with our kid": await signedBy(otherKey, {
    alg: "ES256",
    kid,
  }),
  "a token of another key without kid": await signedBy(otherKey, {
    alg: "ES256",
  }),
  "an unsigned token": unsigned,
  "an HS256 token of the well-known local secret": await signedBy(secret, {
    alg: "HS256",
  }),
  "an HS256 token of the well-known local secret with our kid": await signedBy(
    secret,
    { alg: "HS256", kid },
  ),
  "an HS256 token whose secret is the public key": await signedBy(
    new TextEncoder().encode(JSON.stringify(stack.key.jwks.keys[0])),
    { alg: "HS256", kid },
  ),
};

/** Tokens of the project that are not a user's: functions refuse them too. */
const notUsers: Record<string, string> = {
  "a service_role token": await stack.key.sign({
    role: "service_role",
    iss: claims.iss,
    iat: now,
    exp: now + 3600,
  }),
  "a service_role token with a user's sub": await stack.key.sign({
    ...claims,
    role: "service_role",
  }),
  "an anon token": await stack.key.sign({ ...claims, role: "anon" }),
  "a token without sub": await stack.key.sign(withoutSub),
  "a token for another audience": await stack.key.sign({
    ...claims,
    aud: "elsewhere",
  }),
};

const bearer = (token: string): Actor => ({
  ...user,
  headers: { ...user.headers, Authorization: `Bearer ${token}` },
});

for (const [what, token] of Object.entries({ ...refused, ...notUsers })) {
  Deno.test(`${what} is 401 invalid_token in every function`, async () => {
    const name = fresh("token");
    const answers = await Promise.all([
      append(bearer(token), name, ["hello"], { at }),
      history(bearer(token), name, "", at),
      request(bearer(token), "file-upload", {
        method: "POST",
        headers: { "Content-Type": "text/plain", "X-File-Name": "a.txt" },
        body: "a",
        at,
      }),
      request(bearer(token), "file-download", { at }),
    ]);
    for (const answer of answers) {
      assertProblem(answer, 401, "invalid_token");
      assert.match(
        answer.headers.get("WWW-Authenticate") ?? "",
        /^Bearer .*error="invalid_token"/,
      );
    }
  });
}

for (const [what, token] of Object.entries(refused)) {
  Deno.test(`${what} is refused by Data API, Auth and Storage`, async () => {
    const { headers } = bearer(token);
    const rest = await fetch(`${at.url}/rest/v1/conversations?select=id`, {
      headers,
    });
    assert.equal(rest.status, 401);
    assert.equal(rest.headers.get("WWW-Authenticate"), "Bearer");
    assert.match((await rest.json()).code, /^PGRST30\d$/);

    const auth = await fetch(`${at.url}/auth/v1/user`, { headers });
    assert.ok([401, 403].includes(auth.status), String(auth.status));
    await auth.body?.cancel();

    const storage = await fetch(
      `${at.url}/storage/v1/object/authenticated/user-files/${user.id}/x`,
      { headers },
    );
    assert.ok(storage.status >= 400);
    assert.notEqual(storage.status, 404);
    assert.doesNotMatch(await storage.text(), /not_found/);
  });
}

Deno.test("without an API key, or with one that is not the project's, nothing but functions answers", async () => {
  for (const apikey of [undefined, "sb_publishable_other", genuine]) {
    const headers: HeadersInit = apikey === undefined ? {} : { apikey };
    for (const path of ["rest/v1/conversations", "auth/v1/settings"]) {
      const answer: Response = await fetch(`${at.url}/${path}`, { headers });
      assert.equal(answer.status, 401, `${path} with ${apikey}`);
      await answer.body?.cancel();
    }
  }
});

const ofTheUser = {
  "an anonymous user": { is_anonymous: true },
  "an OAuth client": { client_id: crypto.randomUUID() },
};

for (const [whose, claim] of Object.entries(ofTheUser)) {
  Deno.test(`a token of ${whose} has its user's rights, and no other's`, async () => {
    const same = bearer(await stack.key.sign({ ...claims, ...claim }));
    const name = fresh("same");
    assert.equal((await append(same, name, ["mine"], { at })).status, 201);
    assert.equal((await history(user, name, "", at)).body.messages.length, 1);

    const stranger = await signUp("stranger", at);
    const [{ id }] = [
      (await append(stranger, fresh("other"), ["theirs"], { at }))
        .body.conversation,
    ];
    assert.deepEqual((await history(same, id, "", at)).body.messages, []);
  });
}
