/**
 * What a transaction is told about the request before the function runs.
 * https://docs.postgrest.org/en/v14/references/transactions.html#transaction-scoped-settings
 */
import type { Claims } from "../keys.ts";
import type { Routine } from "./routines.ts";
import { EXPOSED, type Schema } from "./schema_cache.ts";
import type { Statement } from "./pipeline.ts";

/** As hosted projects configure it. */
const SEARCH_PATH = `"${EXPOSED}", "extensions"`;

/** Who is not signed in. */
export const ANONYMOUS = "anon";

/** The role that a token names. */
export function roleOf({ role }: Claims): string {
  return typeof role === "string" ? role : ANONYMOUS;
}

/** @param path the request's path as PostgREST sees it, such as `/rpc/append_messages`. */
export function settingsStatement(
  request: Request,
  path: string,
  claims: Claims,
  schema: Schema,
  routine: Routine,
  timezone: string | null,
): Statement {
  const role = roleOf(claims);
  const settings: [name: string, value: string][] = [
    ["search_path", SEARCH_PATH],
    // Before the role, which may not be allowed to change them.
    ...schema.roleSettings[role] ?? [],
    ["role", role],
    ["request.jwt.claims", JSON.stringify({ ...claims, role })],
    ["request.method", request.method],
    ["request.path", path],
    ["request.headers", JSON.stringify(headersOf(request))],
    ["request.cookies", JSON.stringify(cookiesOf(request))],
  ];
  const isRead = request.method !== "POST" || !routine.isVolatile;
  if (isRead) settings.push(["transaction_read_only", "on"]);
  if (timezone !== null) settings.push(["timezone", timezone]);
  if (routine.statementTimeout !== null) {
    settings.push(["statement_timeout", routine.statementTimeout]);
  }
  const calls = settings.map((_, index) =>
    `set_config($${2 * index + 1}, $${2 * index + 2}, true)`
  );
  return { text: `select ${calls.join(", ")}`, parameters: settings.flat() };
}

function headersOf({ headers }: Request): Record<string, string> {
  const { cookie: _, ...rest } = Object.fromEntries(headers);
  return rest;
}

function cookiesOf({ headers }: Request): Record<string, string> {
  const pairs = (headers.get("Cookie") ?? "").split(";")
    .map((pair) => /^\s*([^=]+)=(.*)$/.exec(pair)).filter((pair) =>
      pair !== null
    );
  return Object.fromEntries(
    pairs.map(([, name = "", value = ""]) => [name, value.trim()]),
  );
}
