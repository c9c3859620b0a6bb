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

/** The project's publishable or secret keys, by name. */
export function keysOf(
  variableName: "SUPABASE_PUBLISHABLE_KEYS" | "SUPABASE_SECRET_KEYS",
): Record<string, string> {
  const keys: Record<string, string> = JSON.parse(
    variable(variableName) ?? "{}",
  );
  return keys;
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
