/** Rows, wherever they are. */
import { withSql } from "../support/sql.ts";

/** The tables that hold `id` in a uuid column, by how many rows do. */
export function rowsThatName(id: string): Promise<Record<string, number>> {
  return withSql(async (sql) => {
    const columns = await sql<{ table: string; column: string }[]>`
      select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'continuum' and udt_name = 'uuid'
    `;
    const found: Record<string, number> = {};
    for (const { table, column } of columns) {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int from ${sql(`continuum.${table}`)} where ${
        sql(column)
      } = ${id}
      `;
      if (row!.count > 0) found[`${table}.${column}`] = row!.count;
    }
    return found;
  });
}
