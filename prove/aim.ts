/** The modules of tests/support read their target from the environment when they are loaded. */

/**
 * Names no project: a run starts a stack of its own and passes it to every call, and a project that happens to be
 * in the environment must not be touched if one is forgotten.
 */
export function aim(): void {
  Deno.env.set("SUPABASE_URL", "http://127.0.0.1:9");
  Deno.env.set("SUPABASE_PUBLISHABLE_KEY", "unset");
  Deno.env.set("SUPABASE_SECRET_KEY", "unset");
  Deno.env.set("SUPABASE_DB_URL", "postgresql://127.0.0.1:9/unset");
}
