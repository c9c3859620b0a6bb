/** Sends PostgreSQL several statements at once. */

export interface Statement {
  text: string;
  parameters: string[];
}

/** The columns of a row as PostgreSQL wrote them; null for NULL. */
export type Row = (string | null)[];

/** A statement that is prepared under a name, by its text. */
export type Prepared = Map<string, { name: string; isPrepared: boolean }>;

/** The part of the driver's connection that writes messages of the protocol. */
interface Connection {
  stream: { cork(): void; uncork(): void };
  close(message: { type: "S"; name: string }): void;
  parse(message: { name: string; text: string; types: number[] }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: string[];
    binary: boolean;
    valueMapper: (value: string) => string;
  }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

/** A prepared statement is gone, or returns something else than it did. */
const STALE = /^(26000|0A000)$/;

/**
 * A query that the driver can submit. All statements end with one Sync, so PostgreSQL runs them as one transaction
 * unless one of them is `begin`, skips the rest after an error, and answers once. A statement is prepared when it is
 * first used.
 * https://www.postgresql.org/docs/17/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class Pipeline {
  #statements: Statement[];
  #prepared: Prepared;
  #result = Promise.withResolvers<Row>();
  #completed = 0;
  #row: Row = [];

  constructor(statements: Statement[], prepared: Prepared) {
    this.#statements = statements;
    this.#prepared = prepared;
  }

  /** The first row of the last statement; empty if it returns none. Rejects with the first error. */
  get row(): Promise<Row> {
    return this.#result.promise;
  }

  submit(connection: Connection): null {
    connection.stream.cork();
    for (const { text, parameters } of this.#statements) {
      const { name, isPrepared } = this.#known(text);
      if (!isPrepared) {
        // A transaction that failed may have prepared it. Closing a statement that does not exist is not an error.
        connection.close({ type: "S", name });
        connection.parse({ name, text, types: [] });
      }
      connection.bind({
        portal: "",
        statement: name,
        values: parameters,
        binary: false,
        valueMapper: (value) => value,
      });
      connection.execute({ portal: "", rows: 0 });
    }
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  #known(text: string) {
    const known = this.#prepared.get(text) ??
      { name: `s${this.#prepared.size}`, isPrepared: false };
    this.#prepared.set(text, known);
    return known;
  }

  handleDataRow({ fields }: { fields: Row }): void {
    if (this.#row.length === 0) this.#row = fields;
  }

  handleCommandComplete(): void {
    const { text } = this.#statements[this.#completed++] ?? {};
    if (text !== undefined) this.#known(text).isPrepared = true;
    if (this.#completed < this.#statements.length) this.#row = [];
  }

  handleReadyForQuery(): void {
    this.#result.resolve(this.#row);
  }

  handleError(error: Error & { code?: string }): void {
    if (STALE.test(error.code ?? "")) {
      for (const known of this.#prepared.values()) known.isPrepared = false;
    }
    this.#result.reject(error);
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}
