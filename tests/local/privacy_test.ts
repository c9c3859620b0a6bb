import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { startStack } from "../../local/stack.ts";
import { temporaryDataFolder } from "../../local/temporary.ts";
import { clusterFolders } from "../../local/postgres/folders.ts";
import { LOGIN_ROLES, type Secrets } from "../../local/stack_file.ts";
import { withSql } from "../support/sql.ts";
import { launch, newPlace } from "./launch.ts";
import { targetOf } from "./own_stack.ts";
import { rawRequest } from "./raw.ts";

const folder = await temporaryDataFolder();
const stack = await startStack({
  dataDir: folder.path,
  port: 0,
  dbPort: 0,
  seed: false,
  onFunctionLine: () => {},
});
Deno.test.afterAll(async () => {
  await stack.stop();
  await folder[Symbol.asyncDispose]();
});
const at = targetOf(stack);
const secrets: Secrets = JSON.parse(
  await Deno.readTextFile(join(folder.path, "stack.json")),
);

async function logsIn(role: string, password: string): Promise<boolean> {
  const url = new URL(at.dbUrl);
  url.username = role;
  url.password = password;
  return await withSql((sql) => sql`select`, url.href)
    .then(() => true, () => false);
}

Deno.test("each role of the database has a password of its own, and none is a well-known one", async () => {
  const passwords = Object.values(secrets.passwords);
  assert.equal(new Set(passwords).size, LOGIN_ROLES.length);
  for (const role of LOGIN_ROLES) {
    assert.ok(await logsIn(role, secrets.passwords[role]), role);
    for (const guess of ["postgres", "password", role, at.secretKey]) {
      assert.ok(!await logsIn(role, guess), `${role} with ${guess}`);
    }
  }
  assert.ok(!await logsIn("supabase_admin", secrets.passwords.postgres));
  assert.notEqual(at.secretKey, "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz");
});

/** Every path below `path` with its permission bits, itself first. */
async function* modes(path: string): AsyncGenerator<[string, number]> {
  const { mode, isDirectory } = await Deno.lstat(path);
  yield [path, (mode ?? 0) & 0o777];
  if (!isDirectory) return;
  for await (const { name } of Deno.readDir(path)) {
    yield* modes(join(path, name));
  }
}

Deno.test("nothing that a stack keeps can be read by another user of the machine", async () => {
  const { storage } = createClient(at.url, at.secretKey);
  const { error } = await storage.from("user-files")
    .upload("folder/a.txt", "private", { contentType: "text/plain" });
  assert.equal(error, null);
  const found = await Array.fromAsync(modes(folder.path));
  assert.ok(found.some(([path]) => path.includes("files/objects/")));
  assert.deepEqual(found.filter(([, mode]) => (mode & 0o077) !== 0), []);
  for (const cluster of clusterFolders(folder.path)) {
    const mode = await Deno.stat(cluster).then((info) => info.mode, () => 0);
    assert.equal((mode ?? 0) & 0o077, 0, cluster);
  }
});

Deno.test("a data folder that is not a stack's own is refused and not closed", async () => {
  const other = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(other, "somebody's"), "");
    await Deno.chmod(other, 0o755);
    await assert.rejects(
      startStack({ dataDir: other, port: 0, dbPort: 0, seed: false }),
      /holds files of something else/,
    );
    assert.equal(((await Deno.stat(other)).mode ?? 0) & 0o777, 0o755);
  } finally {
    await Deno.remove(other, { recursive: true });
  }
});

Deno.test("only names of this machine are taken as Host", async () => {
  const path = "/auth/v1/health";
  const { port } = new URL(at.url);
  const own = ["localhost", "127.0.0.1", "[::1]", "app.localhost", "LOCALHOST"];
  for (const host of own) {
    assert.equal((await rawRequest(at.url, path, { host })).status, 200, host);
    assert.equal(
      (await rawRequest(at.url, path, { host: `${host}:${port}` })).status,
      200,
      host,
    );
  }
  const foreign = [
    "example.com",
    `example.com:${port}`,
    "127.0.0.1.example.com",
    "localhost.example.com",
    "notlocalhost",
    "192.168.0.1",
    "0.0.0.0",
  ];
  for (const host of foreign) {
    const { status, body } = await rawRequest(at.url, path, { host });
    assert.equal(status, 403, host);
    assert.match(body, /answers to localhost, 127\.0\.0\.1/);
  }
  const absolute = await rawRequest(at.url, `http://example.com${path}`);
  assert.equal(absolute.status, 403);
});

Deno.test("of Auth, only its health and its public keys are answered without an API key", async () => {
  const paths: [string, number][] = [
    ["health", 200],
    [".well-known/jwks.json", 200],
    ["user/health", 401],
    ["admin/users/health", 401],
    ["user/.well-known/jwks.json", 401],
  ];
  for (const [path, status] of paths) {
    const answer = await fetch(`${at.url}/auth/v1/${path}`);
    await answer.body?.cancel();
    assert.equal(answer.status, status, path);
  }
});

Deno.test("a stack prints no secret key, password, e-mail address or code of Auth", async () => {
  await using place = await newPlace();
  await using launched = launch(place);
  await launched.ready();
  const { url, publishableKey, secretKey } = launched.target;
  const email = "somebody@example.com";
  for (const path of ["otp", "magiclink", "signup", "recover"]) {
    const answer = await fetch(`${url}/auth/v1/${path}`, {
      method: "POST",
      headers: { apikey: publishableKey, "Content-Type": "application/json" },
      body: JSON.stringify({ email, password: "correct horse battery" }),
    });
    await answer.body?.cancel();
  }
  await launched.stop();
  const kept: Secrets = JSON.parse(
    await Deno.readTextFile(join(place.dataDir, "stack.json")),
  );
  const printed = launched.printed();
  const hidden = [
    email,
    secretKey,
    kept.signingKey.d,
    ...Object.values(kept.passwords),
  ];
  for (const value of hidden) assert.ok(!printed.includes(value), printed);
  assert.doesNotMatch(printed, /code is|verify\?token/);
});
