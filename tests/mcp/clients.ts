/** The official client of the Model Context Protocol, as an actor. */
import {
  type CallToolResult,
  Client,
  StreamableHTTPClientTransport,
} from "npm:@modelcontextprotocol/client@2.4.0";
import assert from "node:assert/strict";
import type { Actor } from "../support/actors.ts";
import { type Answer, request } from "../support/http.ts";
import { target } from "../support/target.ts";

export const url = `${target.url}/functions/v1/mcp`;

/** A client of `actor`'s that has initialised. It sends the token alone, as people configure it. */
export async function connect(actor: Actor): Promise<Client> {
  const client = new Client({ name: "tests", version: "1.0.0" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), {
      requestInit: {
        headers: { Authorization: actor.headers.Authorization ?? "" },
      },
    }),
  );
  return client;
}

// deno-lint-ignore no-explicit-any -- tests look into results of many shapes
type Structured = any;

/** Calls a tool that must succeed, and returns its structured content. The client checks it by the output schema. */
export async function use(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Structured> {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, textOf(result));
  assert.deepEqual(JSON.parse(textOf(result)), result.structuredContent);
  return result.structuredContent;
}

/** Calls a tool that must fail, and returns what the model is told. */
export async function refused(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true, textOf(result));
  return textOf(result);
}

export function textOf({ content }: CallToolResult): string {
  const [first] = content;
  assert.ok(first?.type === "text");
  return first.text;
}

/** Sends one message without a client; `body` as it is. */
export function send(
  actor: Actor,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return request(actor, "mcp", {
    method: "POST",
    body,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...headers,
    },
  });
}

/** The JSON-RPC message that calls `method`. */
export function message(method: string, params: unknown = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
}
