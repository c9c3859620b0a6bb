/** One connection to PostgreSQL, which runs transactions that are sent as a whole. */
import pg from "npm:pg@8.23.1";
import { forDriver, isRefusal } from "../sql.ts";
import { pgrst } from "./errors.ts";
import {
  Pipeline,
  type Prepared,
  type Row,
  type Statement,
} from "./pipeline.ts";

/** How long PostgreSQL may take to accept a connection, in milliseconds. */
export const CONNECT_MS = 2000;

const word = (text: string): Statement => ({ text, parameters: [] });

/**
 * A session ends with its connection and never opens another: the rest of a transaction must not run on a
 * connection that has not begun it.
 */
export class Session {
  #isLost = false;
  /** The names of the statements that PostgreSQL has prepared, and of those that it may have. */
  #statements: Prepared = new Map();
  #client;

  private constructor(url: string) {
    this.#client = new pg.Client({
      connectionString: forDriver(url),
      connectionTimeoutMillis: CONNECT_MS,
    });
    // The transaction that is under way is told by itself.
    for (const event of ["error", "end"]) {
      this.#client.on(event, () => void (this.#isLost = true));
    }
  }

  /** @throws {DataApiError} PGRST000 if PostgreSQL does not accept the connection. */
  static async open(url: string): Promise<Session> {
    const session = new Session(url);
    try {
      await session.#client.connect();
      return session;
    } catch (error) {
      await session.close();
      throw pgrst("PGRST000", "", { details: String(error) });
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Runs `statements` in one transaction and returns the only row of the last. All of it is sent before the
   * first answer comes: PostgreSQL commits at the end of what was sent together, or rolls back if any of it fails.
   *
   * @param check throws if the row must not be committed. The commit is sent after it then.
   */
  async transaction(
    statements: Statement[],
    check?: (row: Row) => void,
  ): Promise<Row> {
    if (check === undefined) return await this.#send(statements);
    try {
      const row = await this.#send([word("begin"), ...statements]);
      check(row);
      await this.#send([word("commit")]);
      return row;
    } catch (error) {
      if (!this.#isLost) await this.#send([word("rollback")]);
      throw error;
    }
  }

  async #send(statements: Statement[]): Promise<Row> {
    const pipeline = new Pipeline(statements, this.#statements);
    this.#client.query(pipeline);
    try {
      return await pipeline.row;
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#isLost = true;
      throw pgrst("PGRST001", "", { details: String(error) });
    }
  }

  async close(): Promise<void> {
    this.#isLost = true;
    await this.#client.end();
  }
}
