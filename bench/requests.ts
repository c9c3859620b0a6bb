/** Requests of the user whose answer is read whole, as a client would. */
import type { Bed } from "./bed.ts";

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
}

/** @throws {Error} for an answer that is no success: a failure is fast, and no measurement. */
export async function send(
  { stack, user }: Bed,
  path: string,
  { method, headers, json, body }: Sent = {},
): Promise<ArrayBuffer> {
  const isPost = json !== undefined || body !== undefined;
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method: method ?? (isPost ? "POST" : "GET"),
    headers: {
      ...user.headers,
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
  });
  const answer = await response.arrayBuffer();
  if (!response.ok) {
    throw new Error(
      `${path}: ${response.status} ${new TextDecoder().decode(answer)}`,
    );
  }
  return answer;
}

/** A request to a function. */
export const call = (bed: Bed, path: string, sent?: Sent) =>
  send(bed, `/functions/v1/${path}`, sent);

/** A SQL function by the Data API. */
export const rpc = (bed: Bed, name: string, json: unknown) =>
  send(bed, `/rest/v1/rpc/${name}`, { json });
