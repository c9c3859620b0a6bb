/** The four actors of every access test, and the requests that they make. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { type Target, target } from "./target.ts";

/** Somebody with an account, or nobody: no id, no token, no apikey. */
export interface Actor {
  name: string;
  id: string | null;
  headers: Record<string, string>;
  /** supabase-js signed in as this actor: straight to the Data API. */
  supabase: SupabaseClient;
}

const clientOptions = {
  auth: {
    persistSession: false,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  },
};

/** Makes an account and signs in. Every call is another user. */
export async function signUp(
  name: string,
  at: Target = target,
): Promise<Actor & { id: string }> {
  const supabase = createClient(at.url, at.publishableKey, clientOptions);
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  const { data, error } = await supabase.auth.signUp({
    email,
    password: crypto.randomUUID(),
  });
  if (error || !data.session) {
    throw error ?? new Error("Sign-up gave no session.");
  }
  return {
    name,
    id: data.session.user.id,
    headers: {
      Authorization: `Bearer ${data.session.access_token}`,
      apikey: at.publishableKey,
    },
    supabase,
  };
}

/** No account and no key. */
export function nobody(at: Target = target): Actor {
  return {
    name: "nobody",
    id: null,
    headers: {},
    supabase: createClient(at.url, at.publishableKey, clientOptions),
  };
}

/** An owner, a viewer, an editor, a stranger and nobody; fresh accounts. */
export async function cast(at: Target = target) {
  const [owner, viewer, editor, stranger] = await Promise.all([
    signUp("owner", at),
    signUp("viewer", at),
    signUp("editor", at),
    signUp("stranger", at),
  ]);
  return { owner, viewer, editor, stranger, nobody: nobody(at) };
}
