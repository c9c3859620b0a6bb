/**
 * The Prefer header, as far as it concerns functions.
 * https://docs.postgrest.org/en/v14/references/api/preferences.html
 */
import { notImplemented, pgrst } from "./errors.ts";

export interface Preferences {
  /** Whether to count the rows of the whole set. */
  counts: boolean;
  /** The time zone to answer in. */
  timezone: string | null;
  /** The most rows that a set may have, from a client that is strict about it. */
  maxAffected: number | null;
  /** Those that are followed, for the response to say. */
  applied: string[];
}

/** The values that a preference may have; the preferences of tables change nothing here. */
const VALUES: Record<string, RegExp> = {
  handling: /^(strict|lenient)$/,
  count: /^(exact|planned|estimated)$/,
  "max-affected": /^\d+$/,
  return: /^(representation|minimal|headers-only)$/,
  resolution: /^(merge-duplicates|ignore-duplicates)$/,
  missing: /^(default|null)$/,
  tx: /^(commit|rollback)$/,
};

/** @throws {DataApiError} PGRST122 if a strict client prefers what is not known. */
export function readPreferences(header: string | null): Preferences {
  const given = (header ?? "").split(",").map((text) => text.trim())
    .filter((text) => text !== "");
  const found = new Map<string, string>();
  const invalid: string[] = [];
  for (const text of given) {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/.exec(text) ?? [];
    if (!isKnown(name, value)) invalid.push(text);
    // The first counts.
    else if (!found.has(name)) found.set(name, value);
  }
  const isStrict = found.get("handling") === "strict";
  if (isStrict && invalid.length > 0) {
    const details = `Invalid preferences: ${invalid.join(", ")}`;
    throw pgrst("PGRST122", "", { details });
  }
  if (found.get("count") === "planned") {
    throw notImplemented("planned counts");
  }
  const maxAffected = isStrict ? found.get("max-affected") : undefined;
  return {
    counts: found.has("count"),
    timezone: found.get("timezone") ?? null,
    maxAffected: maxAffected === undefined ? null : Number(maxAffected),
    applied: ["count", "handling", "timezone", "max-affected"]
      .filter((name) =>
        found.has(name) && (name !== "max-affected" || isStrict)
      )
      .map((name) => `${name}=${found.get(name)}`),
  };
}

function isKnown(name: string, value: string): boolean {
  if (name !== "timezone") return VALUES[name]?.test(value) ?? false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
