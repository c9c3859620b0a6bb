/** A stack with the functions of data_api.sql, and requests to them. */
import type { StackOptions } from "../../local/config.ts";
import type { Actor } from "../support/actors.ts";
import { withSql } from "../support/sql.ts";
import type { Target } from "../support/target.ts";
import { ownStack } from "./own_stack.ts";

export async function dataApiStack(options: Partial<StackOptions> = {}) {
  const own = await ownStack(options);
  const script = await Deno.readTextFile(
    new URL("data_api.sql", import.meta.url),
  );
  await withSql((sql) => sql.unsafe(script), own.at.dbUrl);
  return own;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  body?: unknown;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The text's value, if it is JSON. */
  // deno-lint-ignore no-explicit-any -- answers of many shapes
  body: any;
}

/** Asks the Data API for `path`, by POST unless another method is given. */
export async function ask(
  at: Target,
  actor: Actor | null,
  path: string,
  { method = "POST", headers = {}, body }: Asked = {},
): Promise<Answered> {
  const hasBody = body !== undefined && !["GET", "HEAD"].includes(method);
  const response = await fetch(`${at.url}/rest/v1/${path}`, {
    method,
    headers: {
      apikey: at.publishableKey,
      ...actor?.headers,
      ...(hasBody && { "Content-Type": "application/json" }),
      ...headers,
    },
    body: !hasBody
      ? undefined
      : typeof body === "string" || body instanceof Uint8Array
      ? body as BodyInit
      : JSON.stringify(body),
  });
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: value,
  };
}
