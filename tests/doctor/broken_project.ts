/** A stack behind a proxy that can break one thing, and the doctor's findings about it. */
import { type Finding, runChecks } from "../../scripts/doctor/check.ts";
import { checksFor } from "../../scripts/doctor/checks.ts";
import { readExpected } from "../../scripts/doctor/expected.ts";
import type { Target as Examined } from "../../scripts/doctor/target.ts";
import type { Target } from "../support/target.ts";

/** Answers in place of the project; null lets the request pass. */
export type Fault = (request: Request, path: string) => Response | null;

export interface BrokenProject extends AsyncDisposable {
  url: string;
}

/** `at`, with `fault` in front. */
export function broken(at: Target, fault: Fault): BrokenProject {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const answer = fault(request, pathname);
      if (answer !== null) {
        await request.body?.cancel();
        return answer;
      }
      const headers = new Headers(request.headers);
      headers.delete("Host");
      const { method, body } = request;
      const url = at.url + pathname + search;
      return await fetch(url, { method, headers, body, redirect: "manual" });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What the doctor finds in a project that is `at` but for some settings. */
export async function diagnose(
  at: Target,
  settings: Partial<Examined> = {},
): Promise<Finding[]> {
  const { url, publishableKey, secretKey, dbUrl } = at;
  const target = {
    url,
    publishableKey,
    secretKey,
    dbUrl,
    source: "a test",
    isLocalStack: false,
    ...settings,
  };
  return await runChecks(
    checksFor({ target, roundTrip: true }, await readExpected()),
  );
}

/** The ids of the checks that failed. */
export function failures(findings: Finding[]): string[] {
  return findings.filter(({ outcome }) => outcome === "failed")
    .map(({ id }) => id);
}

export function findingOf(findings: Finding[], id: string): Finding {
  const finding = findings.find((each) => each.id === id);
  if (finding === undefined) throw new Error(`There is no check ${id}.`);
  return finding;
}
