/** A function that tells what reaches it and what it may do. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const ended: string[] = [];

/** The request's path below /probe decides what is told. */
async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  switch (url.pathname) {
    case "/probe/request":
      return Response.json({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
    case "/probe/digest":
      return Response.json(await digest(request.body));
    case "/probe/bytes":
      return bytes(Number(url.searchParams.get("size")));
    case "/probe/status":
      return withStatus(
        Number(url.searchParams.get("status")),
        url.searchParams.get("cache") ?? "no-cache",
      );
    case "/probe/encoded":
      return new Response(gzipSync("text ".repeat(1000)), {
        headers: { "Content-Encoding": "gzip", "Content-Type": "text/plain" },
      });
    case "/probe/sandbox":
      return Response.json(await sandbox());
    case "/probe/hang":
      return await hang(request);
    case "/probe/drip":
      return drip();
    case "/probe/ended":
      return Response.json(ended);
    case "/probe/exit":
      Deno.exit(1);
      break;
    default:
      return new Response("version 1");
  }
}

async function digest(body: ReadableStream<Uint8Array> | null) {
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of body ?? []) {
    hash.update(chunk);
    length += chunk.byteLength;
  }
  return { sha256: hash.digest("hex"), length };
}

function bytes(size: number): Response {
  let left = size;
  return new Response(
    new ReadableStream({
      pull(controller) {
        const chunk = new Uint8Array(Math.min(left, 65536)).fill(left % 251);
        left -= chunk.byteLength;
        controller.enqueue(chunk);
        if (left === 0) controller.close();
      },
    }),
    { headers: { "Content-Length": String(size) } },
  );
}

function withStatus(status: number, cacheControl: string): Response {
  const headers = {
    "Cache-Control": cacheControl,
    ETag: '"strong"',
    "Content-Type": "application/json",
    "X-Answer": "kept",
  };
  if (status === 206) {
    return new Response("b".repeat(2000), {
      status,
      headers: { ...headers, "Content-Range": "bytes 0-1999/5000" },
    });
  }
  const body = [204, 304].includes(status) ? null : "a".repeat(5000);
  return new Response(body, {
    status,
    headers: {
      ...headers,
      ...(body === null ? {} : { "Content-Length": "5000" }),
    },
  });
}

/** What each thing that a hosted function cannot do comes to. */
async function sandbox(): Promise<Record<string, string>> {
  const databaseUrl = new URL(Deno.env.get("SUPABASE_DB_URL") ?? "");
  const attempts: Record<string, () => unknown> = {
    readFile: () => Deno.readTextFile("/etc/passwd"),
    readOwnFolder: () => Deno.readTextFile(new URL(import.meta.url)),
    writeFile: () => Deno.writeTextFile("/tmp/probe-was-here", ""),
    runProgram: () => new Deno.Command("true").output(),
    reachOtherPort: () =>
      Deno.connect({ hostname: "127.0.0.1", port: Number(databaseUrl.port) }),
    reachOtherHost: () => fetch("http://192.0.2.1/"),
    listen: () => Deno.listen({ port: 0 }),
    readSystem: () => Deno.hostname(),
    readVariable: () => {
      if (Deno.env.get("HOME") === undefined) throw new Error("Unset");
    },
    reachGateway: () => fetch(Deno.env.get("SUPABASE_URL") ?? ""),
    readOwnVariable: () => {
      if (!Deno.env.get("SUPABASE_JWKS")) throw new Error("Unset");
    },
  };
  const outcomes: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      outcomes[name] = "done";
    } catch (error) {
      outcomes[name] = error instanceof Error ? error.name : "refused";
    }
  }
  return outcomes;
}

/** Answers nothing until the client is gone. */
function hang(request: Request): Promise<Response> {
  return new Promise((resolve) => {
    request.signal.addEventListener("abort", () => {
      ended.push("hang");
      resolve(new Response());
    });
  });
}

/** Answers a byte at a time without end. */
function drip(): Response {
  let timer: ReturnType<typeof setInterval>;
  return new Response(
    new ReadableStream({
      start(controller) {
        timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 20);
      },
      cancel() {
        clearInterval(timer);
        ended.push("drip");
      },
    }),
  );
}

export default { fetch: answer };
