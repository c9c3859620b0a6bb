/** What the platform tells a function in its environment. */

/** The variable `name`. A blank one counts as unset. */
export function variable(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}

/** @throws {Error} if it is not set: nothing works then, and health says so. */
export function requiredVariable(name: string): string {
  const value = variable(name);
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** The project's publishable keys or secret keys by their names. */
export function keysOf(
  variableName: "SUPABASE_PUBLISHABLE_KEYS" | "SUPABASE_SECRET_KEYS",
): Record<string, string> {
  const keys: Record<string, string> = JSON.parse(
    variable(variableName) ?? "{}",
  );
  return keys;
}

/** The name of the key to use: `default`, or the first if the project has none of that name. */
export function keyName(keys: Record<string, string>): string | undefined {
  return "default" in keys ? "default" : Object.keys(keys)[0];
}

/** The publishable key, which gateways ask for beside a user's token. */
export function publishableKey(): string {
  const keys = keysOf("SUPABASE_PUBLISHABLE_KEYS");
  return keys[keyName(keys) ?? ""] ?? "";
}
