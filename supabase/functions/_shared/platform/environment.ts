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

/** The name of the key to use: `default`, or the first one if no key has that name. */
export function keyName(keys: Record<string, string>): string | undefined {
  return "default" in keys ? "default" : Object.keys(keys)[0];
}

/** The publishable key, which gateways require in addition to a user's token. */
export function publishableKey(): string {
  const keys = keysOf("SUPABASE_PUBLISHABLE_KEYS");
  return keys[keyName(keys) ?? ""] ?? "";
}
