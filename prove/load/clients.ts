/** Clients that do what clients do, and what their answers may be under load. */
import { type Actor, signUp } from "../../tests/support/actors.ts";
import type { Target } from "../../tests/support/target.ts";
import { call, type CallOptions, type Reply } from "../call.ts";
import type { Dice } from "../http/random.ts";
import type { Report } from "../report.ts";

/** Longer than a function gives another one or Storage: whoever waits as long gets an answer. In milliseconds. */
const PATIENCE_MS = 40_000;

/** A user who has something to read. */
export interface Client {
  actor: Actor & { id: string };
  conversation: string;
  file: string;
}

export async function newClients(at: Target, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let number = 0; number < count; number++) {
    clients.push(await newClient(at, number));
  }
  return clients;
}

async function newClient(at: Target, number: number): Promise<Client> {
  const actor = await signUp(`load-${number}`, at);
  const made = async (path: string, options: CallOptions) => {
    const reply = await call(actor, at, path, options);
    if (reply.outcome !== "done") throw new Error(`${path}: ${reply.text}`);
    return reply.body;
  };
  const { file } = await made("file-upload", textFile(`file ${number}`));
  const { conversation } = await made("conversation-append", {
    json: {
      messages: Array.from({ length: 20 }, (_, n) => ({
        role: n % 2 === 0 ? "user" : "assistant",
        content: `message ${n} of some words about migrations`,
      })),
    },
  });
  return { actor, conversation: conversation.id, file: file.id };
}

function textFile(text: string): CallOptions {
  return {
    method: "POST",
    body: text,
    headers: {
      "Content-Type": "text/plain",
      "X-File-Name": `${crypto.randomUUID()}.txt`,
    },
  };
}

/** A conversation that is longer is left for a new one, so that what is read does not grow with time. */
const MAX_MESSAGES = 500;

/** Sends one request of those that clients send, most often what they send most often. */
export async function act(
  { actor, conversation, file }: Client,
  at: Target,
  dice: Dice,
): Promise<Reply & { path: string }> {
  const ask = async (path: string, options?: CallOptions) => ({
    ...await call(actor, at, path, { timeoutMs: PATIENCE_MS, ...options }),
    path,
  });
  const words = () => `${crypto.randomUUID()} words about load`;
  const message = () => ({ role: "user", content: words() });
  switch (dice.below(14)) {
    case 0:
    case 1:
    case 2:
      return await ask("conversation-append", {
        json: {
          continuation_id: `n${dice.below(20)}-${
            Math.floor(Date.now() / 60_000) % MAX_MESSAGES
          }`,
          messages: [message(), message()],
        },
      });
    case 3:
    case 4:
      return await ask(`conversation-history/${conversation}`);
    case 5:
      return await ask(
        `conversation-history/${conversation}/context?max_tokens=500`,
      );
    case 6:
      return await ask("conversation-history?limit=20");
    case 7:
      return await ask("conversation-history?q=migrations&limit=5");
    case 8:
      return await ask("file-upload", textFile(words()));
    case 9:
    case 10:
      return await ask(`file-download/${file}`);
    case 11:
      return await ask(`conversation-history/${conversation}/export`);
    case 12:
      return await ask("openai/v1/conversations?limit=5");
    default:
      return await ask("mcp", {
        json: {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "list", arguments: { limit: 5 } },
        },
      });
  }
}

/**
 * Counts a reply, and reports it if it is none that a client may get under load: done, or refused for now with
 * `Retry-After`.
 */
export function judge(
  report: Report,
  phase: string,
  reply: Reply & { path: string },
): void {
  const { status, headers, text, code, path } = reply;
  // An export that cannot go on is cut, which is how a stream says so.
  const isCut = code === "TypeError" && path.endsWith("/export");
  report.count(`${phase}: ${isCut ? "export cut" : status ?? code}`);
  if (isCut) return;
  if (status !== null && status < 300) return;
  const isForNow = status === 503 || status === 429;
  if (isForNow && /^\d+$/.test(headers.get("Retry-After") ?? "")) return;
  report.anomaly({
    kind: `${phase}: ${status ?? code}`,
    detail: isForNow
      ? `${path}: a ${status} without Retry-After: ${text.slice(0, 200)}`
      : `${path}: after ${Math.round(reply.endedAt - reply.startedAt)} ms: ${
        text.slice(0, 200)
      }`,
  });
}
