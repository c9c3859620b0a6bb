/** Who the commands act for: options, the environment, or the demo user of a local stack. */
import process from "node:process";
import { AuthClient } from "npm:@supabase/auth-js@2.119.1";
import {
  type Continuum,
  type ContinuumOptions,
  createContinuum,
} from "../src/index.ts";
import { CliError, misuse } from "./failure.ts";
import { parseExact } from "./json/exact.ts";

/** The options that every command has. */
export const SIGN_IN_OPTIONS = {
  url: { type: "string" },
  key: { type: "string" },
  email: { type: "string" },
} as const;

export const SIGN_IN_HELP = `
Sign-in (options, or variables of the environment):
  --url URL      the project's URL; CONTINUUM_URL or SUPABASE_URL
  --key KEY      its publishable key; CONTINUUM_KEY or SUPABASE_PUBLISHABLE_KEY
  --email EMAIL  the account; CONTINUUM_EMAIL, with the password in CONTINUUM_PASSWORD
                 or CONTINUUM_TOKEN, a user's access token, instead of both
Without a URL: the local stack, and its demo user.`.trim();

export interface SignInOptions {
  url?: string | undefined;
  key?: string | undefined;
  email?: string | undefined;
}

/** What the local stack and `supabase start` have. */
const LOCAL = {
  key: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
  email: "demo@example.com",
  password: "continuum-demo",
};

/** @throws {CliError} if nobody can be signed in. */
export async function signIn(
  options: SignInOptions,
  env: Record<string, string | undefined> = process.env,
): Promise<{ continuum: Continuum; url: string; who: string }> {
  const url = (options.url ?? env.CONTINUUM_URL ?? env.SUPABASE_URL ??
    `http://127.0.0.1:${env.LOCAL_PORT ?? 54321}`).replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw misuse(`--url is "${url}", which is not a URL.`);
  }
  const isLocal = ["127.0.0.1", "localhost", "[::1]"]
    .includes(new URL(url).hostname);
  const key = options.key ?? env.CONTINUUM_KEY ??
    env.SUPABASE_PUBLISHABLE_KEY ?? env.SUPABASE_ANON_KEY ??
    (isLocal ? LOCAL.key : undefined);
  if (key === undefined) {
    throw misuse(
      "The project's publishable key is missing: use --key or SUPABASE_PUBLISHABLE_KEY.",
    );
  }
  // Numbers keep their spelling on the way in and out.
  const http = {
    json: { parse: parseExact, stringify: JSON.stringify },
    // Whoever imports for an hour waits rather than begins again: for a rate limit, or a network that is away.
    retries: 8,
    maxRetryAfterMs: 120_000,
  };
  const create = (credentials: Partial<ContinuumOptions>) =>
    createContinuum({ url, key, ...http, ...credentials } as ContinuumOptions);

  const token = env.CONTINUUM_TOKEN;
  if (token && options.email === undefined) {
    return {
      continuum: create({ accessToken: token }),
      url,
      who: "the owner of CONTINUUM_TOKEN",
    };
  }
  const email = options.email ?? env.CONTINUUM_EMAIL ??
    (isLocal ? LOCAL.email : undefined);
  const password = env.CONTINUUM_PASSWORD ??
    (isLocal && email === LOCAL.email ? LOCAL.password : undefined);
  if (email === undefined || password === undefined) {
    throw misuse(
      email === undefined
        ? "Nobody is signed in: set CONTINUUM_EMAIL and CONTINUUM_PASSWORD, or CONTINUUM_TOKEN."
        : `The password of ${email} is missing: set CONTINUUM_PASSWORD.`,
    );
  }
  const auth = new AuthClient({
    url: `${url}/auth/v1`,
    headers: { apikey: key },
    persistSession: false,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  });
  const { error } = await auth.signInWithPassword({ email, password });
  if (error) {
    throw new CliError(
      error.status
        ? `${email} cannot sign in at ${url}: ${error.message}`
        : `${url} cannot be reached: ${error.message}`,
    );
  }
  return { continuum: create({ supabase: { auth } }), url, who: email };
}
