/** Requests to the functions, with the answer read. */
import type { Actor } from "./actors.ts";
import { type Target, target } from "./target.ts";

// deno-lint-ignore no-explicit-any -- tests look into answers of many shapes
type Body = any;

/** An answer with its body read: parsed where it is JSON, else as text. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
  at?: Target;
}

/** Sends `actor`'s request to `/functions/v1/<path>`. */
export async function request(
  actor: Actor,
  path: string,
  { method, headers, json, body, at = target }: RequestOptions = {},
): Promise<Answer> {
  const response = await fetch(`${at.url}/functions/v1/${path}`, {
    method: method ??
      (json === undefined && body === undefined ? "GET" : "POST"),
    headers: {
      ...actor.headers,
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
    redirect: "manual",
  });
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/**
 * The request headers that an answer varies with, according to the function. A gateway that compresses adds
 * Accept-Encoding to what it could compress, but not to the 304 or the HEAD of the same page.
 */
export function varyingWith(headers: Headers): string[] {
  return (headers.get("Vary") ?? "").toLowerCase().split(/ *, */)
    .filter((name) => name !== "accept-encoding").sort();
}

/** A message as a client sends it. */
export interface Draft {
  role?: string;
  content?: string | null;
  client_id?: string | null;
  [field: string]: unknown;
}

/** Appends `messages`, given as drafts or as the content of a user's message. */
export function append(
  actor: Actor,
  continuation_id: string,
  messages: (Draft | string)[],
  rest: Record<string, unknown> & {
    headers?: Record<string, string>;
    at?: Target;
  } = {},
): Promise<Answer> {
  const { headers, at, ...fields } = rest;
  const drafts = messages.map((draft) =>
    typeof draft === "string"
      ? { role: "user", content: draft }
      : { role: "user", ...draft }
  );
  return request(actor, "conversation-append", {
    json: { continuation_id, messages: drafts, ...fields },
    headers,
    at,
  });
}

/** Reads a page of a conversation; `query` as in `after=3&limit=2`. */
export function history(
  actor: Actor,
  id: string,
  query = "",
  at?: Target,
): Promise<Answer> {
  const search = query === "" ? "" : `?${query}`;
  return request(
    actor,
    `conversation-history/${encodeURIComponent(id)}${search}`,
    { at },
  );
}

/** Reads one message by its seq or id. */
export function readMessage(
  actor: Actor,
  id: string,
  message: number | string,
): Promise<Answer> {
  return request(
    actor,
    `conversation-history/${encodeURIComponent(id)}/messages/${message}`,
  );
}

/** Appends a body that is JSON text already, for numbers and spellings that JavaScript cannot keep. */
export function appendText(
  actor: Actor,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return request(actor, "conversation-append", {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

/** A name that no other test uses. */
export function fresh(name: string): string {
  return `${name}-${crypto.randomUUID()}`;
}
