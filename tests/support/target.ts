/**
 * The project that the suites run against: the one in the environment, hosted or `supabase start`,
 * else the local stack that `deno task test` has started.
 */
export interface Target {
  /** The project's URL, without a trailing slash. */
  url: string;
  publishableKey: string;
  secretKey: string;
  /** A connection as `postgres`, to look at what the API leaves behind. */
  dbUrl: string;
  /** The private JWK that users' tokens are signed with. Only a local stack gives its key away. */
  signingKey?: JsonWebKey & { kid: string };
}

function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) {
    throw new Error(`${name} is not set: run the tests with "deno task test".`);
  }
  return value;
}

const signingKey = Deno.env.get("CONTINUUM_TEST_SIGNING_KEY");

export const target: Target = {
  url: required("SUPABASE_URL").replace(/\/$/, ""),
  publishableKey: required("SUPABASE_PUBLISHABLE_KEY"),
  secretKey: required("SUPABASE_SECRET_KEY"),
  dbUrl: required("SUPABASE_DB_URL"),
  ...(signingKey && { signingKey: JSON.parse(signingKey) }),
};
