/** Changing a stack's SQL after its start, to take a safeguard out. */
import { withConnection } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";

export async function statement(stack: Stack, sql: string): Promise<void> {
  await withConnection(
    stack.adminDbUrl,
    (connection) => connection.unsafe(sql),
  );
}

/**
 * Replaces a part of a function's source.
 *
 * @throws {Error} if the part is not there: the function was changed, and the plant must be, too.
 */
export async function rewriteFunction(
  stack: Stack,
  name: string,
  part: RegExp,
  replacement: string,
): Promise<void> {
  await withConnection(stack.adminDbUrl, async (sql) => {
    const [row] =
      await sql`select pg_get_functiondef(${name}::regproc) as source`;
    const source: string = row!.source;
    const changed = source.replace(part, replacement);
    if (changed === source) {
      throw new Error(`${name} has no ${part} to take out.`);
    }
    await sql.unsafe(changed);
  });
}
