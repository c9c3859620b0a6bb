/** The routes of mcp: each of its tools, its resources and its prompt are cases of the one that takes messages. */
import { request } from "../support/http.ts";
import {
  anybody,
  type Case,
  listed,
  type Outcome,
  type Outcomes,
  outcomes,
  ownerAlone,
  readers,
  seers,
} from "./matrix.ts";
import { isEmpty, route } from "./routes.ts";
import type { World } from "./world.ts";

interface Asked {
  outcomes: Outcomes;
  ownWorld?: boolean;
  params: (world: World) => unknown;
  changes?: boolean;
  /** What a result that is no failure comes to. */
  // deno-lint-ignore no-explicit-any -- results of many shapes
  outcome?: (result: any, world: World) => Outcome;
}

/** A case of a method of the protocol, such as `tools/call`. */
function method(
  what: string,
  name: string,
  { params, outcome = () => "ok", ...rest }: Asked,
): Case {
  return {
    covers: "POST /mcp",
    what,
    ...rest,
    async run(actor, world) {
      const { status, body, text } = await request(actor, "mcp", {
        json: { jsonrpc: "2.0", id: 1, method: name, params: params(world) },
      });
      if (status >= 400) return { outcome: body?.code ?? text, body };
      const { result, error } = body;
      if (error) return { outcome: error.data?.code ?? error.message, body };
      if (result.isError) {
        return {
          outcome: result._meta["continuum/code"],
          body: result.content,
        };
      }
      return { outcome: outcome(result, world), body: result };
    },
  };
}

/** A case of a tool. */
function tool(
  name: string,
  args: (world: World) => Record<string, unknown>,
  asked: Omit<Asked, "params">,
  what = `the tool ${name}`,
): Case {
  return method(what, "tools/call", {
    params: (world) => ({ name, arguments: args(world) }),
    outcome: ({ structuredContent }) =>
      isEmpty(structuredContent) ? "empty" : "ok",
    ...asked,
  });
}

/** Whether a list has the world's conversation. */
const listsIt = (result: unknown, { id }: World): Outcome =>
  JSON.stringify(result).includes(id) ? "ok" : "empty";

export const mcpRoutes: Case[] = [
  route("GET /mcp/_/health", { outcomes: anybody }),
  route("GET /mcp/oauth-protected-resource", { outcomes: anybody }),
  tool("append", ({ id }) => ({
    continuation_id: id,
    messages: [{ role: "user", content: "more" }],
  }), {
    outcomes: outcomes("ok", "ok", "read_only", "elsewhere"),
    changes: true,
    outcome: ({ structuredContent }, { id }) =>
      structuredContent.conversation.id === id ? "ok" : "elsewhere",
  }),
  tool("read", ({ id }) => ({ continuation_id: id }), { outcomes: readers }),
  tool("context", ({ id }) => ({ continuation_id: id }), {
    outcomes: readers,
  }),
  tool("search", ({ word }) => ({ query: word }), {
    outcomes: listed,
    // Whoever has forked it would find the fork.
    ownWorld: true,
    outcome: listsIt,
  }),
  method("the tool list", "tools/call", {
    params: () => ({ name: "list", arguments: { limit: 100 } }),
    outcomes: listed,
    // The newest are listed.
    ownWorld: true,
    // Without the others that an actor has: a hidden one must read like a missing one.
    outcome: listsIt,
  }),
  tool("fork", ({ id }) => ({ continuation_id: id }), { outcomes: seers }),
  tool(
    "file_read",
    ({ linked }) => ({ file_id: linked }),
    { outcomes: seers },
    "the tool file_read, of a linked file",
  ),
  tool(
    "file_read",
    ({ unlinked }) => ({ file_id: unlinked }),
    { outcomes: ownerAlone },
    "the tool file_read, of an unlinked file",
  ),
  tool("file_write", ({ id }) => ({
    name: `${crypto.randomUUID()}.txt`,
    text: "by a model",
    continuation_id: id,
  }), {
    outcomes: outcomes("ok", "ok", "read_only", "not_found"),
    changes: true,
  }),
  method("a conversation as a resource", "resources/read", {
    params: ({ id }) => ({ uri: `continuum://conversation/${id}` }),
    outcomes: seers,
  }),
  method("a file as a resource", "resources/read", {
    params: ({ linked }) => ({ uri: `continuum://file/${linked}` }),
    outcomes: seers,
  }),
  method("the list of resources", "resources/list", {
    params: () => ({}),
    outcomes: listed,
    // The newest are listed.
    ownWorld: true,
    outcome: listsIt,
  }),
  method("the prompt", "prompts/get", {
    params: ({ id }) => ({
      name: "continue",
      arguments: { continuation_id: id },
    }),
    outcomes: seers,
  }),
  method("completion", "completion/complete", {
    params: ({ id }) => ({
      ref: { type: "ref/prompt", name: "continue" },
      argument: { name: "continuation_id", value: id.slice(0, 8) },
    }),
    // Names are completed, and not ids: nobody's conversation has that name.
    outcomes: outcomes("empty", "empty", "empty", "empty"),
    outcome: listsIt,
  }),
];
