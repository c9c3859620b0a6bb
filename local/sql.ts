/** SQL as templates: a value in one is sent beside the statement, as a parameter, and never becomes part of its text. */
import pg from "npm:pg@8.23.1";

// deno-lint-ignore no-explicit-any -- only the statement knows its columns
type Rows = Record<string, any>[];

/**
 * Runs statements and resolves to their rows. A value for a JSON column has to be the JSON's text. No statement is
 * prepared under a name, which a pooler in transaction mode would not keep.
 */
export interface Sql {
  <T extends object[] = Rows>(
    parts: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<T>;
  /** Runs SQL from a string. Several statements are allowed if there are no parameters; they run as one transaction. */
  unsafe<T extends object[] = Rows>(
    text: string,
    parameters?: unknown[],
  ): Promise<T>;
}

export interface Connections extends Sql {
  /**
   * Runs `work` in a transaction. If it throws or the connection is lost, nothing of it stays; a connection that is lost
   * during the commit leaves that open.
   */
  begin<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Statements that are under way have a second to come to their end. */
  end(): Promise<void>;
}

export interface ConnectOptions {
  /** Connections at most. */
  max?: number;
  /** How long a transaction waits until it has begun, and a statement for a connection, in milliseconds. */
  patienceMs?: number;
  /** How long a connection that nobody uses is kept, in milliseconds; 0 for ever. */
  idleMs?: number;
}

type Query = (
  text: string,
  values?: unknown[],
  timeoutMs?: number,
) => Promise<{ command: string; rows?: Rows }>;

/**
 * Connections that are made when a statement needs one. One that is lost is thrown away, and the next statement has
 * another. Errors are PostgreSQL's or the system's, with their `code`; `CONNECT_TIMEOUT` if patience ends, and
 * `CONNECTION_CLOSED` if the server hangs up on a new connection.
 */
export function connect(
  url: string,
  { max = 1, patienceMs = 5_000, idleMs = 0 }: ConnectOptions = {},
): Connections {
  const pool = new pg.Pool({
    connectionString: forDriver(url),
    max,
    connectionTimeoutMillis: patienceMs,
    idleTimeoutMillis: idleMs,
  });
  const open = new Map<pg.Client, Promise<void>>();
  // Whoever uses a connection that is lost is told by the statement.
  pool.on("error", () => {});
  pool.on("connect", (client: pg.Client) => {
    client.on("error", () => {});
    const ended = new Promise<void>((resolve) => client.on("end", resolve));
    open.set(client, ended.finally(() => open.delete(client)));
  });

  /** A connection that comes after the deadline goes to whoever waits next. */
  async function acquire(deadline: number): Promise<pg.PoolClient> {
    const coming: Promise<pg.PoolClient> = pool.connect();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error("timeout of the wait for a connection")),
      deadline - performance.now(),
    );
    try {
      return await Promise.race([coming, late]);
    } catch (error) {
      coming.then((client) => client.release(), () => {});
      throw withCode(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lends a connection to `work`, which nobody else uses meanwhile. */
  async function lend<T>(
    work: (query: Query) => Promise<T>,
    deadline = performance.now() + patienceMs,
  ): Promise<T> {
    const client = await acquire(deadline);
    let isLost = false;
    try {
      return await work(async (text, values = [], query_timeout) => {
        try {
          return await client.query({ text, values, query_timeout });
        } catch (error) {
          isLost ||= !isRefusal(error);
          throw error;
        }
      });
    } finally {
      client.release(isLost);
    }
  }

  return Object.assign(
    templates((...statement) => lend((query) => query(...statement))),
    {
      async begin<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
        const deadline = performance.now() + patienceMs;
        for (;;) {
          const outcome = await lend(async (query) => {
            const left = deadline - performance.now();
            try {
              await query("begin", [], Math.max(1, left));
            } catch (error) {
              if (isRefusal(error) || isTimeout(error)) throw withCode(error);
              // The connection was lost while nobody used it. The next one may be whole.
              return null;
            }
            return { value: await untilCommitted(query, work) };
          }, deadline);
          if (outcome !== null) return outcome.value;
        }
      },
      async end() {
        const timer = setTimeout(() => {
          for (const { connection } of open.keys()) connection.stream.destroy();
        }, 1000);
        await pool.end();
        await Promise.all(open.values());
        clearTimeout(timer);
      },
    },
  );
}

/** Runs `use` with one connection, closed afterwards. */
export async function withConnection<T>(
  url: string,
  use: (sql: Connections) => Promise<T>,
): Promise<T> {
  const sql = connect(url);
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

/** The URL with its `sslmode` as psql understands it: the driver verifies certificates whatever the mode. */
export function forDriver(url: string): string {
  const { href, searchParams } = new URL(url);
  return searchParams.has("sslmode") ? `${href}&uselibpqcompat=true` : href;
}

async function untilCommitted<T>(
  query: Query,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  try {
    const value = await work(templates(query));
    const { command } = await query("commit");
    if (command === "COMMIT") return value;
    throw new Error("A statement of the transaction has failed.");
  } catch (error) {
    await query("rollback").catch(() => {});
    throw error;
  }
}

/** Whether PostgreSQL has refused a statement and the connection is as it was. After a FATAL error it is closed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError &&
    Object(error).severity !== "FATAL";
}

function templates(query: Query): Sql {
  async function unsafe<T>(text: string, parameters?: unknown[]): Promise<T> {
    const { rows = [] } = await query(text, parameters);
    return rows as T;
  }
  return Object.assign(
    <T>(parts: TemplateStringsArray, ...values: unknown[]) =>
      unsafe<T>(
        parts.reduce((text, part, index) => `${text}$${index}${part}`),
        values,
      ),
    { unsafe },
  );
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout/.test(error.message);
}

/** The driver's own errors have no code. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  const code = isTimeout(error) ? "CONNECT_TIMEOUT" : "CONNECTION_CLOSED";
  return Object.assign(error, { code });
}
