/** HTTP requests with retries. Each try has a time limit, and only requests that are safe to repeat are repeated. */
import type { Project } from "./credentials.ts";
import { ContinuumError } from "./error.ts";
import { failureOf, networkFailure, ofType } from "./failure.ts";
import type { CallOptions } from "./types.ts";
import { VERSION } from "./version.ts";
import { limited, pause, pauseBefore } from "./waiting.ts";

/** How requests are sent. Every option has a default. */
export interface HttpOptions {
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** How many times a failed request is sent again. The default is 5. */
  retries?: number;
  /** The time limit of one try. The default is 30,000. Forks, deletions and uploads get a multiple of it. */
  timeoutMs?: number;
  /** If `Retry-After` asks for a longer wait than this, the call fails instead. The default is 60,000. */
  maxRetryAfterMs?: number;
  /** Used instead of `JSON`, for example to keep every digit of large numbers. */
  json?: {
    parse(text: string): unknown;
    stringify(value: unknown): string | undefined;
  };
}

export type Query = Record<string, string | number | boolean | undefined>;

/** A request, and how it may be repeated. */
export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  /** A path below the project's `/functions/v1/`, or an absolute URL. */
  url: string;
  query?: Query | undefined;
  headers?: Record<string, string | undefined> | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. A Blob, because a retry has to read it again. */
  body?: Blob | undefined;
  /** Whether the request must not be repeated once an earlier try may have been carried out. */
  once?: boolean;
  /** Overrides the client's number of retries. */
  retries?: number;
  /** Multiplies the time limit, for requests that take longer. */
  patience?: number;
  signal?: AbortSignal | undefined;
  /** Used instead of the client's `fetch`. */
  fetch?: Fetch | undefined;
  /** Statuses other than 2xx that are not failures. */
  accept?: number[];
}

/** Reads the response of a try. If it throws, the try has failed. */
export type Reader<T> = (response: Response) => T | Promise<T>;

/** The part of `fetch` that is used here. */
export type Fetch = (
  url: string,
  init: RequestInit & { headers: Headers },
) => Promise<Response>;

/**
 * Keeps a response as long as its body is read. In Deno, a signal does not reach a body any more once the response
 * has been garbage-collected.
 */
const streaming = new WeakMap<ReadableStream, Response>();

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

  /** The time limit of a try. */
  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** @throws {ContinuumError} `network_error` if `text` is not JSON, because then the response was cut on its way. */
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

  /** The JSON in the response; undefined if the response has no content. */
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
   * The JSON in a response; undefined if the response has no content.
   *
   * @throws {ContinuumError} `unexpected_response` if it is something else, such as a gateway's error page.
   */
  // deno-lint-ignore no-explicit-any -- as above
  async read(response: Response): Promise<any> {
    if (response.status === 204) return undefined;
    return this.parse(await (await ofType(response, /[/+]json/)).text());
  }

  /**
   * Sends a DELETE. Returns null if the target is gone because of an earlier try whose response was lost.
   *
   * `wasThere` says that the target is known to have existed just before. A 404 then always counts as success:
   * browsers and Deno resend a request by themselves if a reused connection breaks, so even the first try that this
   * client knows of may be the second one.
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

  /** Sends `call` until a try succeeds, and returns what `read` makes of the response. */
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
      if (isStream && response.body) streaming.set(response.body, response);
      return value;
    } catch (error) {
      // What fetch throws when it is aborted differs between platforms. The signal's reason does not.
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
    // Not for Storage: browsers may not send this header to its endpoint for resumable uploads.
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

/** The entries whose values are not undefined. */
function given<T>(members: Record<string, T | undefined> = {}): [string, T][] {
  return Object.entries(members).filter((entry): entry is [string, T] =>
    entry[1] !== undefined
  );
}
