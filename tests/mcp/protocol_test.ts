/** What the server says before and beside its tools: versions, challenges, and messages that are none. */
import assert from "node:assert/strict";
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "npm:@modelcontextprotocol/client@2.4.0";
import { nobody, signUp } from "../support/actors.ts";
import { fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { target } from "../support/target.ts";
import { connect, message, send, url } from "./clients.ts";

const user = await signUp("user");

const initialize = (protocolVersion: unknown) =>
  message("initialize", {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: "tests", version: "1" },
  });

Deno.test("the client learns the server's name, instructions and capabilities", async () => {
  const client = await connect(user);
  assert.equal(client.getServerVersion()?.name, "continuum");
  assert.match(client.getInstructions() ?? "", /never as instructions/);
  assert.deepEqual(client.getServerCapabilities(), {
    tools: {},
    resources: {},
    prompts: {},
    completions: {},
  });
  await client.ping();
});

Deno.test("a client of another version is offered the newest one of the server", async () => {
  for (
    const [asked, offered] of [
      ["2025-03-26", "2025-03-26"],
      ["2025-06-18", "2025-06-18"],
      ["2025-11-25", "2025-06-18"],
      ["2099-01-01", "2025-06-18"],
      ["1.0", "2025-06-18"],
    ]
  ) {
    const { body } = await send(user, initialize(asked));
    assert.equal(body.result.protocolVersion, offered);
  }
});

Deno.test("a client that first tries the stateless versions of the protocol falls back", async () => {
  const client = new Client(
    { name: "tests", version: "1" },
    { versionNegotiation: { mode: "auto" } },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: user.headers },
    }),
  );
  assert.equal((await client.listTools()).tools.length, 8);
});

Deno.test("without a token the challenge leads to the metadata, and those to Auth", async () => {
  const answer = await send(nobody(), initialize("2025-06-18"));
  assertProblem(answer, 401, "unauthenticated");
  const challenge = answer.headers.get("WWW-Authenticate") ?? "";
  const [, metadataUrl] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
  assert.equal(metadataUrl, `${url}/oauth-protected-resource`);
  const response = await fetch(metadataUrl ?? "");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
  assert.deepEqual(await response.json(), {
    resource: url,
    authorization_servers: [`${target.url}/auth/v1`],
    bearer_methods_supported: ["header"],
  });
});

Deno.test("a client with a bad token is told so, in a challenge that names the error", async () => {
  for (const token of ["x", "a.b.c"]) {
    const answer = await send(nobody(), initialize("2025-06-18"), {
      Authorization: `Bearer ${token}`,
    });
    assertProblem(answer, 401, "invalid_token");
    assert.match(
      answer.headers.get("WWW-Authenticate") ?? "",
      /error="invalid_token", resource_metadata="http/,
    );
  }
  const client = new Client({ name: "tests", version: "1" });
  await assert.rejects(
    client.connect(new StreamableHTTPClientTransport(new URL(url))),
    (error) =>
      error instanceof UnauthorizedError || /401|Unauthorized/.test(`${error}`),
  );
});

Deno.test("bodies that are no JSON are problems, like those of every function", async () => {
  for (const body of ["", "{", "not json", "{}}"]) {
    assertProblem(await send(user, body), 400, "malformed_request");
  }
  assertProblem(
    await send(user, message("ping"), { "Content-Type": "text/plain" }),
    415,
    "unsupported_media_type",
  );
  assertProblem(
    await send(user, message("ping"), { Accept: "text/html" }),
    406,
    "not_acceptable",
  );
  const huge = message("ping", { x: "x".repeat(5 * 1024 * 1024) });
  assertProblem(await send(user, huge), 413, "body_too_large");
});

Deno.test("JSON that is no message is an error of JSON-RPC", async () => {
  for (
    const body of [
      "null",
      "1",
      '"x"',
      "{}",
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '{"jsonrpc":"2.0","id":1}',
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
      '{"jsonrpc":"2.0","id":1,"method":7}',
    ]
  ) {
    const { status, headers, body: answer } = await send(user, body);
    assert.equal(status, 400, body);
    assert.equal(answer.error.code, -32600, body);
    assert.equal(headers.get("x-should-retry"), "false");
  }
});

Deno.test("a batch is refused as the protocol does since 2025-06-18", async () => {
  const { status, body } = await send(user, `[${message("ping")}]`);
  assert.equal(status, 400);
  assert.equal(body.error.code, -32600);
  assert.match(body.error.message, /Batch/);
});

Deno.test("a message of a version that the server does not speak is refused with those that it does", async () => {
  const { status, body } = await send(user, message("tools/list"), {
    "MCP-Protocol-Version": "1999-01-01",
  });
  assert.equal(status, 400);
  assert.deepEqual(body.error.data.expectedVersion, [
    "2025-03-26",
    "2025-06-18",
  ]);
});

Deno.test("parameters of the wrong shape are errors of the call, and never of the server", async () => {
  for (
    const [method, params, code] of [
      ["nothing", {}, -32601],
      ["initialize", {}, -32602],
      ["initialize", null, -32602],
      ["initialize", { protocolVersion: 7 }, -32602],
      ["tools/call", {}, -32602],
      ["tools/call", [], -32602],
      ["tools/call", null, -32602],
      ["tools/call", { name: "__proto__", arguments: {} }, -32602],
      ["prompts/get", { name: "constructor" }, -32602],
      ["prompts/get", null, -32602],
      ["resources/read", {}, -32602],
      ["resources/read", { uri: 7 }, -32602],
      ["resources/read", { uri: "continuum://x" }, -32002],
      ["resources/subscribe", { uri: "continuum://x" }, -32601],
      ["logging/setLevel", { level: "debug" }, -32601],
    ] as const
  ) {
    const { status, body } = await send(user, message(method, params));
    const what = `${method} ${JSON.stringify(params)}: ${JSON.stringify(body)}`;
    assert.equal(status, 200, what);
    assert.equal(body.error.code, code, what);
  }
});

Deno.test("arguments of the wrong shape are results that a model can read", async () => {
  for (const args of [null, [], "x", 7, { query: 7 }, { query: "" }]) {
    const { status, body } = await send(
      user,
      message("tools/call", { name: "search", arguments: args }),
    );
    assert.equal(status, 200);
    assert.equal(body.result.isError, true, JSON.stringify(body));
    assert.ok(!/\bat .*\.ts|Error:/.test(body.result.content[0].text));
  }
});

Deno.test("completing what cannot be completed suggests nothing", async () => {
  for (const params of [{}, null, { ref: { type: "ref/x" } }]) {
    const { body } = await send(user, message("completion/complete", params));
    assert.deepEqual(body.result.completion.values, []);
  }
});

Deno.test("a notification is accepted without an answer", async () => {
  const { status, text } = await send(
    user,
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  );
  assert.equal(status, 202);
  assert.equal(text, "");
});

Deno.test("there are no streams and no sessions", async () => {
  for (const method of ["GET", "DELETE"]) {
    const answer = await request(user, "mcp", {
      method,
      headers: { Accept: "text/event-stream" },
    });
    assertProblem(answer, 405, "method_not_allowed");
    assert.equal(answer.headers.get("Allow"), "POST");
  }
  const { headers } = await send(user, initialize("2025-06-18"));
  assert.equal(headers.get("Mcp-Session-Id"), null);
});

Deno.test("an id comes back as it was: a number, a text", async () => {
  for (const id of [0, 7, "seven", "7"]) {
    const { body } = await send(
      user,
      JSON.stringify({ jsonrpc: "2.0", id, method: "ping" }),
    );
    assert.deepEqual(body, { jsonrpc: "2.0", id, result: {} });
  }
});

Deno.test("a page of a browser may send what MCP clients send", async () => {
  const response = await fetch(url, {
    method: "OPTIONS",
    headers: {
      Origin: "https://example.com",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers":
        "authorization, content-type, mcp-protocol-version, mcp-session-id",
    },
  });
  await response.body?.cancel();
  const allowed = response.headers.get("Access-Control-Allow-Headers") ?? "";
  for (const name of ["authorization", "mcp-protocol-version"]) {
    assert.ok(allowed.toLowerCase().includes(name), allowed);
  }
  assert.equal((await request(user, `mcp/${fresh("x")}`)).status, 404);
});
