/**
 * `deno task conformance:mcp`: the conformance suite of the Model Context Protocol, against a stack of its own. The
 * suite knows no tokens, so that a proxy adds that of a user. What does not apply, and why, is in
 * tests/mcp/conformance.yml; a scenario that fails and is not in it, or is in it and passes, fails the run.
 */
import { createServer, request } from "node:http";
import { createClient } from "@supabase/supabase-js";
import { endingInSentences } from "../local/failures.ts";
import type { Stack } from "../local/stack.ts";
import { startTemporaryStack } from "../local/temporary.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@0.1.16";
const baseline = new URL("../tests/mcp/conformance.yml", import.meta.url);

await endingInSentences(async () => {
  const stack = await startTemporaryStack({ onFunctionLine: () => {} });
  const results = await Deno.makeTempDir({ prefix: "continuum-" });
  const proxy = await authorizing(stack, await signUp(stack));
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      // In a folder of its own, where no configuration says how to find packages.
      cwd: results,
      args: [
        "run",
        "-A",
        "--no-config",
        "--no-lock",
        SUITE,
        "server",
        `--url=http://127.0.0.1:${proxy.port}/functions/v1/mcp`,
        "--suite=active",
        `--expected-failures=${baseline.pathname}`,
        `--output-dir=${results}`,
        ...Deno.args,
      ],
    }).spawn().status;
    Deno.exitCode = code;
  } finally {
    proxy.close();
    await stack.stop();
    await Deno.remove(results, { recursive: true });
  }
});

/** A new user's access token. */
async function signUp({ apiUrl, publishableKey }: Stack): Promise<string> {
  const { data } = await createClient(apiUrl, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  }).auth.signUp({
    email: `${crypto.randomUUID()}@example.com`,
    password: crypto.randomUUID(),
  });
  if (!data.session) throw new Error("Sign-up gave no session.");
  return data.session.access_token;
}

/** Passes requests on with `token`. The Host header goes on as it came, because one scenario sends a foreign one. */
async function authorizing(
  { apiUrl }: Stack,
  token: string,
): Promise<{ port: number; close: () => void }> {
  const server = createServer((incoming, answer) => {
    const outgoing = request(`${apiUrl}${incoming.url}`, {
      method: incoming.method,
      headers: { ...incoming.headers, authorization: `Bearer ${token}` },
    }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The proxy has no port.");
  }
  return { port: address.port, close: () => void server.close() };
}
