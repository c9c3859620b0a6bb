/**
 * The connections of the Data API, which requests wait for.
 * https://docs.postgrest.org/en/v14/references/connection_pool.html
 */
import { errors } from "./errors.ts";
import { Session } from "./session.ts";

export interface PoolOptions {
  /** Connections at most. */
  size: number;
  /** How long a request waits for a connection, in milliseconds. */
  acquisitionMs: number;
}

/** As a small hosted project's Data API has it. */
const DEFAULTS: PoolOptions = { size: 20, acquisitionMs: 10_000 };

export class Pool {
  #url: string;
  #acquisitionMs: number;
  #idle: Session[] = [];
  #free: number;
  #waiting: (() => void)[] = [];

  /** @param url connects as a role that may become the roles of the callers. */
  constructor(url: string, { size, acquisitionMs } = DEFAULTS) {
    this.#url = url;
    this.#free = size;
    this.#acquisitionMs = acquisitionMs;
  }

  /** Runs `work` with a connection that nobody else uses meanwhile. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn();
    try {
      const session = await this.#session();
      try {
        return await work(session);
      } finally {
        if (session.isLost) void session.close();
        else this.#idle.push(session);
      }
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** Resolves once another request has passed its connection on. */
  async #turn(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve);
      reject(errors.noFreeConnection());
    }, this.#acquisitionMs);
    this.#waiting.push(resolve);
    await promise.finally(() => clearTimeout(timer));
  }

  /** The connection used last is the first to be used again, as its statements are in PostgreSQL's caches. */
  async #session(): Promise<Session> {
    for (;;) {
      const session = this.#idle.pop();
      if (session === undefined) return await Session.open(this.#url);
      if (!session.isLost) return session;
      void session.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.map((session) => session.close()));
    this.#idle = [];
  }
}
