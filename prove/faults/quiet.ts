/** When a stack has ended whatever it was asked for. */
import { withConnection } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";
import { until } from "../../tests/local/processes.ts";

/** Longer than any statement may take. */
const LONGEST_SECONDS = 120;

/** A request may be between two of its statements. */
const QUIET_MS = 2000;

/**
 * Resolves once nothing was written for two seconds and no transaction is open for long. Readers that wait for news
 * go on asking, but write nothing.
 */
export async function untilQuiet(stack: Stack): Promise<void> {
  let quietSince = performance.now();
  let written: unknown = null;
  await withConnection(stack.adminDbUrl, (sql) =>
    until(async () => {
      const [row] = await sql`
        select pg_current_wal_insert_lsn()::text as written, exists (
          select from pg_stat_activity
          where backend_type = 'client backend' and xact_start < clock_timestamp() - interval '500 ms'
        ) as is_busy
      `;
      if (row!.is_busy || row!.written !== written) {
        quietSince = performance.now();
        written = row!.written;
      }
      return performance.now() - quietSince > QUIET_MS;
    }, LONGEST_SECONDS));
}
