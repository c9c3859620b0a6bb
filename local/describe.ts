/** What a running stack says of itself. */
import type { Announcement } from "./stack_file.ts";

/** What `deno task start` prints once it is ready, without secrets; the commands work as they stand. */
export function describe(stack: Announcement, seconds: string): string {
  const { apiUrl, publishableKey } = stack;
  return `
Continuum is ready after ${seconds} s.

  API URL          ${apiUrl}
  Publishable key  ${publishableKey}

"deno task status" prints the secret key and the database's URL too.

Sign in as the demo user and append a message:

  TOKEN=$(curl -s '${apiUrl}/auth/v1/token?grant_type=password' \\
    -H 'apikey: ${publishableKey}' -H 'Content-Type: application/json' \\
    -d '{"email":"demo@example.com","password":"continuum-demo"}' \\
    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

  curl '${apiUrl}/functions/v1/conversation-append' \\
    -H "Authorization: Bearer $TOKEN" -H 'apikey: ${publishableKey}' \\
    -H 'Content-Type: application/json' \\
    -d '{"continuation_id":"hello","messages":[{"role":"user","content":"Hello, Continuum"}]}'

Ctrl-C stops it; your data stays.

  Open ${apiUrl}/ in a browser to see it all.
`;
}

/** The variables of `supabase status -o env`. */
export function variables(stack: Announcement): string {
  return Object.entries({
    API_URL: stack.apiUrl,
    DB_URL: stack.dbUrl,
    FUNCTIONS_URL: `${stack.apiUrl}/functions/v1`,
    PUBLISHABLE_KEY: stack.publishableKey,
    REST_URL: `${stack.apiUrl}/rest/v1`,
    SECRET_KEY: stack.secretKey,
    STORAGE_URL: `${stack.apiUrl}/storage/v1`,
  }).map(([name, value]) => `${name}="${value}"`).join("\n");
}
