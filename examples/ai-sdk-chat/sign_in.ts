/** Signing in with Supabase Auth, without supabase-js. With it, `createContinuum({ supabase })` is all you need. */
import process from "node:process";

/** The user of the local stack's seed, unless the environment names another. */
const { EMAIL = "demo@example.com", PASSWORD = "continuum-demo" } = process.env;

/** How long before its end a token is replaced, in milliseconds. */
const MARGIN_MS = 60_000;

/** A function that gives a token which is valid now. */
export function signIn(url: string, key: string): () => Promise<string> {
  let session = { access_token: "", expires_at: 0 };
  return async () => {
    if (session.expires_at * 1000 < Date.now() + MARGIN_MS) {
      const response = await fetch(
        `${url}/auth/v1/token?grant_type=password`,
        {
          method: "POST",
          headers: { apikey: key, "Content-Type": "application/json" },
          body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
        },
      );
      if (!response.ok) {
        throw new Error(`Signing in failed: ${await response.text()}`);
      }
      session = await response.json();
    }
    return session.access_token;
  };
}
