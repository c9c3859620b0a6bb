import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import * as jose from "npm:jose@6.2.18";
import { noFunctions, ownStack } from "./own_stack.ts";

const { stack, at } = await ownStack({
  functionsDir: await noFunctions(),
  seed: true,
});
const newClient = () =>
  createClient(at.url, at.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
const password = "correct horse battery";

Deno.test("signing up, in, refreshing, asking, and signing out work through the gateway", async () => {
  const client = newClient();
  const email = `${crypto.randomUUID()}@example.com`;
  const signedUp = await client.auth.signUp({ email, password });
  assert.equal(signedUp.error, null);
  assert.equal(signedUp.data.user?.email, email);

  const signedIn = await newClient().auth.signInWithPassword({
    email,
    password,
  });
  assert.equal(signedIn.data.user?.id, signedUp.data.user?.id);
  const wrong = await newClient().auth.signInWithPassword({
    email,
    password: "wrong",
  });
  assert.equal(wrong.error?.code, "invalid_credentials");
  const again = await newClient().auth.signUp({ email, password });
  assert.ok(again.error || again.data.session === null);

  const { data: { user } } = await client.auth.getUser();
  assert.equal(user?.id, signedUp.data.user?.id);
  const refreshed = await client.auth.refreshSession();
  assert.equal(refreshed.error, null);
  assert.notEqual(
    refreshed.data.session?.refresh_token,
    signedUp.data.session?.refresh_token,
  );
  assert.equal((await client.auth.getUser()).data.user?.id, user?.id);

  const refreshToken = refreshed.data.session?.refresh_token ?? "";
  assert.equal((await client.auth.signOut()).error, null);
  const after = await newClient().auth.refreshSession({
    refresh_token: refreshToken,
  });
  assert.ok(after.error, "a refresh token ends with its session");
});

Deno.test("an access token is ES256 with a kid, and verifies against the JWKS", async () => {
  const client = newClient();
  const { data } = await client.auth.signUp({
    email: `${crypto.randomUUID()}@example.com`,
    password,
  });
  const token = data.session?.access_token ?? "";
  const jwks = jose.createRemoteJWKSet(
    new URL(`${at.url}/auth/v1/.well-known/jwks.json`),
  );
  const { payload, protectedHeader } = await jose.jwtVerify(token, jwks, {
    issuer: `${at.url}/auth/v1`,
    audience: "authenticated",
  });
  assert.equal(protectedHeader.alg, "ES256");
  assert.equal(protectedHeader.kid, stack.key.jwks.keys[0]?.kid);
  assert.equal(payload.sub, data.user?.id);
  assert.equal(payload.role, "authenticated");
  assert.ok((payload.exp ?? 0) > Date.now() / 1000 + 3000);

  const claims = await client.auth.getClaims();
  assert.equal(claims.error, null);
  assert.equal(claims.data?.claims.sub, data.user?.id);
  assert.ok(
    stack.key.jwks.keys.every((key) => !("d" in key)),
    "no private key is published",
  );
});

Deno.test("the demo user of the seed signs in and has a conversation", async () => {
  const client = newClient();
  const { data, error } = await client.auth.signInWithPassword({
    email: "demo@example.com",
    password: "continuum-demo",
  });
  assert.equal(error, null);
  assert.equal(data.user?.role, "authenticated");
  const seen = await client.rpc("list_conversations", {
    archived: false,
    invited: false,
    max_conversations: 10,
  });
  assert.equal(seen.error, null);
  const [welcome] = JSON.parse(seen.data).conversations;
  assert.equal(welcome.continuation_id, "welcome");
});

Deno.test("a browser may ask Auth, Data API and Storage, and read their refusals", async () => {
  const paths = ["auth/v1/user", "rest/v1/conversations", "storage/v1/bucket"];
  for (const path of paths) {
    const answer = await fetch(`${at.url}/${path}`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://app.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, apikey, content-type",
      },
    });
    assert.ok(answer.status < 300, `${path}: ${answer.status}`);
    assert.ok(answer.headers.has("Access-Control-Allow-Origin"), path);
    assert.match(
      answer.headers.get("Access-Control-Allow-Headers") ?? "",
      /authorization|^\*$/i,
    );
    await answer.body?.cancel();

    const refused = await fetch(`${at.url}/${path}`);
    assert.ok(refused.status >= 400);
    assert.ok(refused.headers.has("Access-Control-Allow-Origin"), path);
    await refused.body?.cancel();
  }
});
