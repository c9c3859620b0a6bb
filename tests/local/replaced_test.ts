import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as jose from "npm:jose@6.2.18";
import { signUp } from "../support/actors.ts";
import { append, history } from "../support/http.ts";
import { noFunctions, ownStack, targetOf } from "./own_stack.ts";
import { startTemporaryStack } from "../../local/temporary.ts";

interface Seen {
  service: string;
  path: string;
  authorization: string | null;
  apikey: string | null;
  body: string;
}

const seen: Seen[] = [];
const { privateKey, publicKey } = await jose.generateKeyPair("ES256", {
  extractable: true,
});
const authKey = { ...await jose.exportJWK(publicKey), kid: "of-auth" };

/** What stands for a service that listens elsewhere: it tells what arrives. */
function elsewhere(service: string): string {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/.well-known/jwks.json") {
        return Response.json({ keys: [{ ...authKey, alg: "ES256" }] });
      }
      seen.push({
        service,
        path: pathname + search,
        authorization: request.headers.get("Authorization"),
        apikey: request.headers.get("apikey"),
        body: await request.text(),
      });
      return Response.json({ service }, { status: 201 });
    },
  );
  Deno.test.afterAll(() => server.shutdown());
  return `http://127.0.0.1:${server.addr.port}`;
}

const functionsDir = await noFunctions();
const { stack, at } = await ownStack({
  functionsDir,
  replace: {
    auth: elsewhere("auth"),
    rest: elsewhere("rest"),
    storage: elsewhere("storage"),
  },
});

async function ask(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; seen: Seen | undefined }> {
  seen.length = 0;
  const answer = await fetch(`${at.url}/${path}`, {
    method: "POST",
    headers,
    body: "sent",
  });
  await answer.body?.cancel();
  return { status: answer.status, seen: seen[0] };
}

const paths = {
  auth: "auth/v1/token?grant_type=password",
  rest: "rest/v1/rpc/f?a=1",
  storage: "storage/v1/object/b/k",
};

Deno.test("LOCAL_*_URL: each service is asked at its URL, with path, query and body as they came", async () => {
  for (const [service, path] of Object.entries(paths)) {
    const { status, seen } = await ask(path, { apikey: at.publishableKey });
    assert.equal(status, 201);
    assert.equal(seen?.service, service);
    assert.equal(seen.path, path.replace(/^\w+\/v1/, ""));
    assert.equal(seen.body, "sent");
  }
});

Deno.test("a chunked upload to a service that takes it slowly costs no more than its size", async () => {
  const MIB = 1024 * 1024;
  const slow = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const hash = createHash("sha256");
      for await (const chunk of request.body ?? []) hash.update(chunk);
      return new Response(hash.digest("hex"));
    },
  );
  await using stack = await startTemporaryStack({
    functionsDir,
    replace: { storage: `http://127.0.0.1:${slow.addr.port}` },
  });
  const chunk = new Uint8Array(MIB / 4).fill(7);
  const sent = createHash("sha256");
  let left = 4 * 200;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left-- === 0) return controller.close();
      sent.update(chunk);
      controller.enqueue(chunk);
    },
  });
  const startedAt = performance.now();
  const answer = await fetch(`${stack.apiUrl}/storage/v1/object/b/k`, {
    method: "POST",
    headers: { apikey: stack.publishableKey },
    body,
  });
  assert.equal(await answer.text(), sent.digest("hex"));
  const seconds = (performance.now() - startedAt) / 1000;
  assert.ok(seconds < 12, `200 MiB took ${seconds.toFixed(1)} s`);
  await slow.shutdown();
});

Deno.test("an API key becomes a token of its role that the published keys verify", async () => {
  const keySet = jose.createLocalJWKSet(stack.key.jwks);
  const roles = { [at.publishableKey]: "anon", [at.secretKey]: "service_role" };
  for (const [apikey, role] of Object.entries(roles)) {
    const { seen } = await ask(paths.rest, { apikey });
    const token = seen?.authorization?.replace("Bearer ", "") ?? "";
    const { payload } = await jose.jwtVerify(token, keySet);
    assert.equal(payload.role, role);
  }
});

Deno.test("a token of the Auth that is elsewhere is taken and passed on as it came", async () => {
  const token = await new jose.SignJWT({ role: "authenticated" })
    .setProtectedHeader({ alg: "ES256", kid: "of-auth" })
    .setSubject(crypto.randomUUID()).setExpirationTime("1h").sign(privateKey);
  const { status, seen } = await ask(paths.rest, {
    apikey: at.publishableKey,
    Authorization: `Bearer ${token}`,
  });
  assert.equal(status, 201);
  assert.equal(seen?.authorization, `Bearer ${token}`);
  const jwks = JSON.stringify(stack.key.jwks);
  assert.match(jwks, /of-auth/, "functions get its keys, too");
});

Deno.test("a key that is not the project's does not pass", async () => {
  const { status, seen } = await ask(paths.rest, { apikey: "sb_secret_other" });
  assert.equal(status, 401);
  assert.equal(seen, undefined);
});

Deno.test("LOCAL_DB_URL: a stack on the database of another serves its rows", async () => {
  await using first = await startTemporaryStack({ functionsDir });
  await using second = await startTemporaryStack({
    onFunctionLine: () => {},
    replace: { db: first.dbUrl },
  });
  const target = targetOf(second);
  assert.equal(target.dbUrl, first.dbUrl);
  const owner = await signUp("owner", target);
  await append(owner, "shared", ["one"], { at: target });
  const { body } = await history(owner, "shared", "", target);
  assert.equal(body.messages[0].content, "one");
});

Deno.test("an Auth that does not answer is said in a sentence", async () => {
  await assert.rejects(
    startTemporaryStack({ replace: { auth: "http://127.0.0.1:9" } }),
    /LOCAL_AUTH_URL is .* publishes no signing keys/,
  );
});
