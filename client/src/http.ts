/** Requests with retries: each try is limited in time, and only what is safe to repeat is repeated. */
import type { Project } from "./credentials.ts";
import { ContinuumError } from "./error.ts";
import { failureOf, networkFailure, ofType } from "./failure.ts";
import type { CallOptions } from "./types.ts";
import { VERSION } from "./version.ts";
import { limited, pause, pauseBefore } from "./waiting.ts";

/** How requests are sent; every member has a default. */
export interface HttpOptions {
  /** Used in place of the global one. */
  fetch?: typeof fetch;
  /** How often a failed request is sent again: 5 times if omitted. */
  retries?: number;
  /** How long one try may take: 30,000 if omitted; more for what moves many messages or bytes. */
  timeoutMs?: number;
  /** The longest `Retry-After` that is waited for: 60,000 if omitted. */
  maxRetryAfterMs?: number;
  /** A parser and serialiser in place of JSON's, such as one that keeps every digit of a number. */
  json?: {
    parse(text: string): unknown;
    stringify(value: unknown): string | undefined;
  };
}

export type Query = Record<string, string | number | boolean | undefined>;

/** One request. */
export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  /** Below `/functions/v1/` of the project, or a whole URL. */
  url: string;
  query?: Query | undefined;
  headers?: Record<string, string | undefined> | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. It must be readable again. */
  body?: Blob | undefined;
  /** Whether it must not be sent again when an earlier try may have been carried out. */
  once?: boolean;
  /** In place of the client's own number. */
  retries?: number;
  /** A multiple of the time limit, for what takes longer. */
  patience?: number;
  signal?: AbortSignal | undefined;
  /** Sends it in place of the client's own. */
  fetch?: Fetch | undefined;
  /** Statuses besides 2xx that are no failure. */
  accept?: number[];
}

/** Reads what a try needs of its answer. A failure here is a failure of the try. */
export type Reader<T> = (response: Response) => T | Promise<T>;

/** The part of `fetch` that is used here. */
export type Fetch = (
  url: string,
  init: RequestInit & { headers: Headers },
) => Promise<Response>;

export class Http {
  readonly project: Project;
  readonly #options: Required<Omit<HttpOptions, "fetch">> & { fetch: Fetch };

  constructor(
    project: Project,
    {
      fetch: given,
      retries = 5,
      timeoutMs = 30_000,
      maxRetryAfterMs = 60_000,
      json = JSON,
    }: HttpOptions,
  ) {
    this.project = project;
    this.#options = {
      fetch: given ?? ((url, init) => fetch(url, init)),
      retries,
      timeoutMs,
      maxRetryAfterMs,
      json,
    };
  }

  /** @throws {ContinuumError} `network_error` for what is no JSON: it was cut, by something that did not know its length. */
  // deno-lint-ignore no-explicit-any -- callers name the type that the API's document gives
  parse(text: string): any {
    try {
      return this.#options.json.parse(text);
    } catch (cause) {
      throw networkFailure(cause);
    }
  }

  stringify(value: unknown): string {
    return this.#options.json.stringify(value) ?? "null";
  }

  /** The JSON of the answer; undefined if there is none. */
  // deno-lint-ignore no-explicit-any -- as above
  json(call: Call): Promise<any> {
    return this.send(call, (response) => this.read(response));
  }

  /** The JSON at `url`. */
  // deno-lint-ignore no-explicit-any -- as above
  get(url: string, { signal }: CallOptions = {}, query?: Query): Promise<any> {
    return this.json({ url, query, signal });
  }

  /**
   * The JSON of an answer; undefined if there is none.
   *
   * @throws {ContinuumError} `unexpected_response` for anything else, such as a gateway's page.
   */
  // deno-lint-ignore no-explicit-any -- as above
  async read(response: Response): Promise<any> {
    if (response.status === 204) return undefined;
    return this.parse(await (await ofType(response, /[/+]json/)).text());
  }

  /**
   * As {@link json}; null if an earlier try, whose answer was lost, has removed it.
   *
   * @param known `wasThere`: whether it is known to have been there: then another's deletion is as good. Browsers and Deno
   * resend by themselves what a reused connection has lost, so an earlier try need not be one of ours.
   */
  async remove(
    url: string,
    { signal }: CallOptions = {},
    { wasThere = false, patience = 1 } = {},
    // deno-lint-ignore no-explicit-any -- as above
  ): Promise<any> {
    try {
      return await this.json({ method: "DELETE", url, patience, signal });
    } catch (error) {
      const isGone = error instanceof ContinuumError &&
        error.code === "not_found" && (error.outcomeUnknown || wasThere);
      if (isGone) return null;
      throw error;
    }
  }

  /** Sends `call` until a try succeeds, and gives back what `read` makes of the answer. */
  async send<T>(call: Call, read: Reader<T>): Promise<T> {
    let isInDoubt = false;
    let token = await this.project.token();
    for (let tries = 1, hasRenewed = false;; tries++) {
      let failure: ContinuumError;
      try {
        return await this.#try(call, token, read);
      } catch (error) {
        call.signal?.throwIfAborted();
        failure = error instanceof ContinuumError
          ? error
          : networkFailure(error);
      }
      isInDoubt ||= failure.outcomeUnknown;
      failure.outcomeUnknown = isInDoubt;
      if (failure.status === 401 && !hasRenewed) {
        hasRenewed = true;
        const renewed = await this.project.renewed(token);
        if (renewed !== null) {
          token = renewed;
          continue;
        }
      }
      const asked = failure.retryAfterMs;
      if (
        !failure.retryable || tries > (call.retries ?? this.#options.retries) ||
        (isInDoubt && call.once) ||
        (asked ?? 0) > this.#options.maxRetryAfterMs
      ) throw failure;
      await pause(pauseBefore(tries, asked), call.signal);
      token = await this.project.token();
    }
  }

  async #try<T>(call: Call, token: string, read: Reader<T>): Promise<T> {
    const limit = limited(
      this.#options.timeoutMs * (call.patience ?? 1),
      call.signal,
    );
    let isStream = false;
    try {
      const response = await this.#request(call, token, limit.signal);
      if (!response.ok && !call.accept?.includes(response.status)) {
        throw await failureOf(response);
      }
      const value = await read(response);
      isStream = value instanceof Response || value instanceof ReadableStream;
      return value;
    } catch (error) {
      // What a fetch throws when it is aborted differs; the reason does not.
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      if (isStream) limit.stop();
      else limit.release();
    }
  }

  #request(call: Call, token: string, signal: AbortSignal): Promise<Response> {
    const { method = "GET", query, json, body } = call;
    const url = new URL(call.url, `${this.project.url}/functions/v1/`);
    for (const [name, value] of given(query)) {
      url.searchParams.set(name, String(value));
    }
    const headers = new Headers({
      Authorization: `Bearer ${token}`,
      apikey: this.project.key,
    });
    // Functions take it from browsers, Storage's resumable uploads do not.
    if (!/^http/.test(call.url)) {
      headers.set("x-client-info", `supabase-continuum/${VERSION}`);
    }
    if (json !== undefined) headers.set("Content-Type", "application/json");
    for (const [name, value] of given(call.headers)) headers.set(name, value);
    return (call.fetch ?? this.#options.fetch)(url.href, {
      method,
      headers,
      signal,
      body: json === undefined ? body ?? null : this.stringify(json),
    });
  }
}

/** The members that are not undefined. */
function given<T>(members: Record<string, T | undefined> = {}): [string, T][] {
  return Object.entries(members).filter((entry): entry is [string, T] =>
    entry[1] !== undefined
  );
}
