/** The versions of the project's services, as far as they tell them. */
import { type Check, ok, type Result, skipped } from "./check.ts";
import { asSecret, asVisitor, type Examination } from "./examination.ts";
import type { Answer } from "./request.ts";

export function versionCheck(examination: Examination): Check {
  return {
    id: "versions",
    group: "Access",
    title: "Versions of services",
    needs: ["publishable-key"],
    run: () => versions(examination),
  };
}

async function versions({ ask, target, facts }: Examination): Promise<Result> {
  const headers = facts.hasSecretKey ? asSecret(target) : asVisitor(target);
  const [auth, rest, storage] = await Promise.all([
    ask("/auth/v1/health", { headers: asVisitor(target) }),
    ask("/rest/v1/", { headers }),
    ask("/storage/v1/version", { headers }),
  ]);
  const found = [
    named("Auth", auth.json?.version),
    named("PostgREST", rest.json?.info?.version ?? serverOf(rest)),
    named("Storage", storage.status === 200 ? storage.text.trim() : undefined),
  ].filter((each) => each !== null);
  return found.length > 0
    ? ok(found.join(", "))
    : skipped("none of the services tells its version");
}

/** `Server: postgrest/14.1` */
function serverOf({ headers }: Answer): string | undefined {
  return /^postgrest\/(\S+)/i.exec(headers.get("Server") ?? "")?.[1];
}

/** Null if the text is not a version, such as a gateway's error page. */
function named(service: string, version: unknown): string | null {
  return /^v?\d+\.\d+[\w.-]*( \(.*\))?$/.test(String(version))
    ? `${service} ${version}`
    : null;
}
