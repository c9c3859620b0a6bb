/** When a stack has ended whatever it was asked for. */
import { withConnection } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";
import { until } from "../../tests/local/processes.ts";

/** Longer than any statement may take. */
const LONGEST_SECONDS = 90;

/** A request may be between two of its statements. */
const QUIET_MS = 2000;

/** Resolves once no statement has run for two seconds, other than those of readers that wait for news. */
export async function untilQuiet(stack: Stack): Promise<void> {
  let quietSince = performance.now();
  await withConnection(stack.adminDbUrl, (sql) =>
    until(async () => {
      const [row] = await sql`
        select count(*)::int as busy from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()
          and (xact_start is not null or state_change > now() - interval '100 ms')
          and query !~ '\\mfollow_(messages|conversations)\\M'
      `;
      if (row!.busy > 0) quietSince = performance.now();
      return performance.now() - quietSince > QUIET_MS;
    }, LONGEST_SECONDS));
}
