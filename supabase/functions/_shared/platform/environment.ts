/** The variables and keys that the platform puts into a function's environment. */

/** The variable `name`. An empty variable counts as unset. */
export function variable(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}

/** @throws {Error} if the variable is not set. */
export function requiredVariable(name: string): string {
  const value = variable(name);
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** The project's URL as functions reach it, without a slash at its end. */
export function projectUrl(): string {
  return withoutSlash(requiredVariable("SUPABASE_URL"));
}

/**
 * The URL at which clients reach the project, without a slash at its end; undefined if it is not set.
 * CONTINUUM_PUBLIC_URL takes precedence over the SUPABASE_PUBLIC_URL of self-hosted projects. It has another prefix
 * because the CLI does not pass on variables that begin with SUPABASE_.
 */
export function publicUrl(): string | undefined {
  const url = variable("CONTINUUM_PUBLIC_URL") ??
    variable("SUPABASE_PUBLIC_URL");
  return url && withoutSlash(url);
}

/** The URL of a project's read replica, without a slash at its end; undefined if it is not set. */
export function readUrl(): string | undefined {
  const url = variable("CONTINUUM_READ_URL");
  return url && withoutSlash(url);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/**
 * The project's publishable or secret keys, by name. An empty one counts as absent: a self-hosted project has one
 * named `default` before its keys are made.
 *
 * @throws {SyntaxError} if the variable is not JSON.
 */
export function keysOf(
  variableName: "SUPABASE_PUBLISHABLE_KEYS" | "SUPABASE_SECRET_KEYS",
): Record<string, string> {
  const keys: Record<string, string> = JSON.parse(
    variable(variableName) ?? "{}",
  );
  return Object.fromEntries(Object.entries(keys).filter(([, key]) => key));
}

/** The publishable key, which gateways require in addition to a user's token; empty if the project has none. */
export function publishableKey(): string {
  return firstKey(keysOf("SUPABASE_PUBLISHABLE_KEYS"));
}

/** A secret key, which acts past row level security; empty if the project has none. */
export function secretKey(): string {
  return firstKey(keysOf("SUPABASE_SECRET_KEYS"));
}

/** The key named `default`, or the first one if no key has that name. */
function firstKey(keys: Record<string, string>): string {
  return keys.default ?? Object.values(keys)[0] ?? "";
}
