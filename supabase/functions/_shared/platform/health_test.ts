import assert from "node:assert/strict";
import { missingSetup } from "./health.ts";
import { signingKeysUrl } from "./signing_keys.ts";

const complete: Record<string, string> = {
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_PUBLISHABLE_KEYS: '{"web":"sb_publishable_x"}',
  SUPABASE_SECRET_KEYS: '{"cron":"sb_secret_x"}',
  SUPABASE_JWKS: '{"keys":[{"kid":"1","kty":"EC"}]}',
  SUPABASE_JWKS_URL: "",
};

/** Runs `body` with the variables of a complete project, but for `changes`. */
async function withEnvironment(
  changes: Record<string, string>,
  body: () => Promise<void> | void,
): Promise<void> {
  const before = Object.keys(complete).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  for (const [name, value] of Object.entries({ ...complete, ...changes })) {
    Deno.env.set(name, value);
  }
  try {
    await body();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("a project with keys of any name is complete", () =>
  withEnvironment({}, async () => {
    assert.deepEqual(await missingSetup(), []);
  }));

Deno.test("a project that verifies tokens by the legacy secret as well is complete", async () => {
  const keys = '[{"kid":"1","kty":"EC"},{"kty":"oct","k":"c2VjcmV0"}]';
  for (const jwks of [`{"keys":${keys}}`, keys]) {
    await withEnvironment({ SUPABASE_JWKS: jwks }, async () => {
      assert.deepEqual(await missingSetup(), []);
    });
  }
});

const incomplete: [
  what: string,
  changes: Record<string, string>,
  sentence: RegExp,
][] = [
  ["no publishable key", { SUPABASE_PUBLISHABLE_KEYS: "{}" }, /publishable/],
  ["no secret key", { SUPABASE_SECRET_KEYS: "" }, /secret key/],
  [
    "a secret key that was not made yet",
    { SUPABASE_SECRET_KEYS: '{"default":""}' },
    /secret key/,
  ],
  [
    "keys that are not JSON",
    { SUPABASE_SECRET_KEYS: "sb_secret_x" },
    /not a JSON/,
  ],
  ["no signing key", { SUPABASE_JWKS: '{"keys":[]}' }, /no asymmetric/],
  [
    "no signing key but the legacy secret",
    { SUPABASE_JWKS: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' },
    /no asymmetric/,
  ],
  ["unreadable keys", { SUPABASE_JWKS: "{" }, /cannot be read/],
  ["an Auth that does not answer", { SUPABASE_JWKS: "" }, /cannot be read/],
];

for (const [what, changes, sentence] of incomplete) {
  Deno.test(`health names ${what} in a sentence`, () =>
    withEnvironment(changes, async () => {
      const problems = await missingSetup();
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", sentence);
    }));
}

Deno.test("signing keys are read from Auth over a private network only if the environment has none", async () => {
  await withEnvironment({
    SUPABASE_JWKS: "",
    SUPABASE_URL: "http://kong:8000/",
  }, () =>
    assert.equal(
      signingKeysUrl()?.href,
      "http://kong:8000/auth/v1/.well-known/jwks.json",
    ));
  await withEnvironment({}, () => assert.equal(signingKeysUrl(), undefined));
});
