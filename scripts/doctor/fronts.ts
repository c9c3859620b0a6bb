/** Checks of the doors for other protocols: OpenAI's and the Model Context Protocol. */
import { type Check, failed, ok, type Result, warning } from "./check.ts";
import { asUser, type Examination } from "./examination.ts";
import { expectStatus, said } from "./request.ts";

const LOGS = "Look at the function's logs.";

export function frontChecks(examination: Examination): Check[] {
  const group = "Fronts";
  return [
    {
      id: "openai",
      group,
      title: "OpenAI's clients",
      needs: ["append", "function:openai"],
      run: () => openai(examination),
    },
    {
      id: "mcp",
      group,
      title: "MCP clients",
      needs: ["account", "function:mcp"],
      run: () => mcp(examination),
    },
    {
      id: "mcp-discovery",
      group,
      title: "MCP: where to sign in",
      needs: ["function:mcp"],
      run: () => discovery(examination),
    },
    {
      id: "follow",
      group,
      title: "Following",
      needs: ["append", "function:conversation-history"],
      run: () => follow(examination),
    },
  ];
}

async function openai(examination: Examination): Promise<Result> {
  const { ask, facts } = examination;
  const answer = await ask("/functions/v1/openai/v1/conversations?limit=1", {
    headers: asUser(examination, facts.owner),
  });
  expectStatus(answer, "Listing conversations fails", [200], LOGS);
  return answer.json?.data?.length === 1
    ? ok("lists the conversation")
    : failed("It does not list the conversation that was just made.", LOGS);
}

async function mcp(examination: Examination): Promise<Result> {
  const { ask, facts } = examination;
  const answer = await ask("/functions/v1/mcp", {
    headers: {
      ...asUser(examination, facts.owner),
      Accept: "application/json, text/event-stream",
    },
    json: { jsonrpc: "2.0", id: 1, method: "tools/list" },
  });
  expectStatus(answer, "Listing tools fails", [200], LOGS);
  const tools: unknown = answer.json?.result?.tools;
  return Array.isArray(tools) && tools.length > 0
    ? ok(`${tools.length} tools`)
    : failed(`It lists no tools: ${said(answer)}`, LOGS);
}

/** Clients that sign in by OAuth follow these URLs, so they have to be the public ones. */
async function discovery({ ask, target }: Examination): Promise<Result> {
  const answer = await ask("/functions/v1/mcp/oauth-protected-resource");
  expectStatus(answer, "It fails", [200], LOGS);
  const resource = String(answer.json?.resource);
  return resource.startsWith(`${target.url}/`) ? ok(resource) : warning(
    `The functions take the project's URL to be that of ${resource}.`,
    `Set CONTINUUM_PUBLIC_URL=${target.url} for the functions, and deploy or restart them.`,
  );
}

/** What is already in the log comes at once. */
async function follow(examination: Examination): Promise<Result> {
  const { ask, facts } = examination;
  const { continuationId, text } = facts.stored!;
  const answer = await ask(
    `/functions/v1/conversation-history/${continuationId}/follow?after=0&wait=0`,
    {
      headers: {
        ...asUser(examination, facts.owner),
        Accept: "application/json",
      },
    },
  );
  expectStatus(answer, "It fails", [200], LOGS);
  return answer.text.includes(text)
    ? ok("")
    : failed("It does not give the message that is in the log.", LOGS);
}
