/** One connection to PostgreSQL, which runs transactions that are sent as a whole. */
import { connect } from "../sql.ts";
import { pgrst } from "./errors.ts";

export interface Statement {
  text: string;
  parameters: string[];
}

/** The columns of a row as PostgreSQL wrote them; null for NULL. */
export type Row = (Uint8Array | null)[];

/** How long PostgreSQL may take to accept a connection, in seconds. */
const CONNECT_S = 2;

type Connection = ReturnType<typeof connect>;
type Reserved = Awaited<ReturnType<Connection["reserve"]>>;

/**
 * A session ends with its connection and never opens another: the rest of a transaction must not run on a
 * connection that has not begun it.
 */
export class Session {
  #isLost = false;
  #onLost: (error: Error) => void = () => {};
  #connection: Connection;
  /** Set by {@link open}, which alone makes sessions. */
  #reserved!: Reserved;

  private constructor(url: string) {
    this.#connection = connect(url, {
      connect_timeout: CONNECT_S,
      max_lifetime: null,
      onclose: () => {
        this.#isLost = true;
        this.#onLost(
          pgrst("PGRST001", "", { details: "The connection was closed." }),
        );
      },
    });
  }

  /** @throws {DataApiError} PGRST000 if PostgreSQL does not accept the connection. */
  static async open(url: string): Promise<Session> {
    const session = new Session(url);
    try {
      session.#reserved = await session.#connection.reserve();
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
   * first answer comes, the commit included: after an error PostgreSQL rolls back instead.
   *
   * @param check throws if the row must not be committed. The commit is sent after it then.
   */
  async transaction(
    begin: "begin" | "begin read only",
    statements: Statement[],
    check?: (row: Row) => void,
  ): Promise<Row> {
    const sent = [
      this.#send(begin),
      ...statements.map(({ text, parameters }) => this.#send(text, parameters)),
    ];
    if (check === undefined) {
      const rows = await this.#answers([...sent, this.#send("commit")]);
      return rows.at(-2) ?? [];
    }
    try {
      const row = (await this.#answers(sent)).at(-1) ?? [];
      check(row);
      await this.#answers([this.#send("commit")]);
      return row;
    } catch (error) {
      if (!this.#isLost) await this.#answers([this.#send("rollback")]);
      throw error;
    }
  }

  #send(text: string, parameters: string[] = []) {
    const isPrepared = parameters.length > 0;
    return this.#reserved.unsafe(text, parameters, { prepare: isPrepared })
      .raw().execute();
  }

  /** The first row of each statement, once all are answered. Throws the first error. */
  async #answers(sent: PromiseLike<Row[]>[]): Promise<Row[]> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#onLost = reject;
    const answers = await Promise.race([lost, Promise.allSettled(sent)]);
    return answers.map((answer) => {
      if (answer.status === "rejected") throw answer.reason;
      return answer.value[0] ?? [];
    });
  }

  async close(): Promise<void> {
    this.#isLost = true;
    await this.#connection.end({ timeout: 0 });
  }
}
