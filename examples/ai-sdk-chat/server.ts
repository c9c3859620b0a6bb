/** A chat on a page that goes on where it ended: its messages are kept by Continuum. */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ContinuumError } from "supabase-continuum";
import { answer, changed, load, stop } from "./chats.ts";

const { PORT = "3000" } = process.env;

const { outputFiles: [script] } = await build({
  entryPoints: [fileURLToPath(new URL("page.tsx", import.meta.url))],
  bundle: true,
  format: "esm",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  write: false,
});

const page = `<!doctype html>
<meta charset="utf-8">
<title>Chat</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 2rem auto }</style>
<main></main>
<script type="module" src="/page.js"></script>
`;

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    const isKnown = error instanceof ContinuumError && error.status > 0;
    if (!isKnown) console.error(error);
    if (response.headersSent) response.destroy();
    // The text is what the page shows, such as that the chat was changed in another tab.
    else {
      response.writeHead(isKnown ? error.status : 500)
        .end(isKnown ? error.detail : "Something went wrong.");
    }
  });
});

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
  const id = searchParams.get("id") ?? "ai-sdk-chat";
  switch (`${request.method} ${pathname}`) {
    case "GET /":
      response.setHeader("Content-Type", "text/html").end(page);
      return;
    case "GET /page.js":
      response.setHeader("Content-Type", "text/javascript")
        .end(script?.contents);
      return;
    case "GET /api/chat": {
      const closed = new AbortController();
      response.on("close", () => closed.abort());
      const after = searchParams.get("after");
      if (after !== null) await changed(id, Number(after), closed.signal);
      const messages = JSON.stringify(await load(id));
      response.setHeader("Content-Type", "application/json").end(messages);
      return;
    }
    case "POST /api/chat":
      return await answer(JSON.parse(await text(request)), response);
    case "POST /api/stop":
      stop(id);
      response.writeHead(204).end();
      return;
    default:
      response.writeHead(404).end();
  }
}

server.listen(Number(PORT), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : PORT;
  console.log(`Open http://127.0.0.1:${port}`);
});
