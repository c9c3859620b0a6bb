/** Checks of the publishable and the secret key: present, of the right kind, of this project, and accepted. */
import {
  type Check,
  failed,
  ok,
  type Result,
  skipped,
  warning,
} from "./check.ts";
import { asSecret, asVisitor, type Examination } from "./examination.ts";
import { causeOf, expectStatus, said } from "./request.ts";
import { projectRef, type Target } from "./target.ts";

type Kind = "publishable" | "secret" | "anon" | "service_role" | "unknown";

export function keyChecks(examination: Examination): Check[] {
  const group = "Access";
  return [
    {
      id: "publishable-key",
      group,
      title: "Publishable key",
      needs: ["reach"],
      run: () => publishableKey(examination),
    },
    {
      id: "secret-key",
      group,
      title: "Secret key",
      needs: ["reach"],
      run: () => secretKey(examination),
    },
    {
      id: "sweep-key",
      group: "Functions",
      title: "Functions take the secret key",
      needs: ["secret-key", "function:file-upload"],
      run: () => sweepKey(examination),
    },
  ];
}

async function publishableKey(examination: Examination): Promise<Result> {
  const { target, ask, facts } = examination;
  const key = target.publishableKey;
  if (key === undefined) {
    return failed(
      "No publishable key is set.",
      "Set SUPABASE_PUBLISHABLE_KEY to the key under Project Settings, API Keys: sb_publishable_…",
    );
  }
  const kind = kindOf(key);
  if (kind === "secret" || kind === "service_role") {
    return failed(
      "A secret key is set where the publishable key belongs.",
      "Use sb_publishable_… there. If the secret key has been in a browser or a repository, delete it under API Keys.",
    );
  }
  const foreign = ofAnotherProject(key, target);
  if (foreign !== null) return foreign;
  const answer = await ask("/auth/v1/settings", { headers: asVisitor(target) });
  expectStatus(
    answer,
    "Auth does not give its settings for the publishable key",
    [200],
    "Copy the key again from Project Settings, API Keys.",
  );
  facts.auth = answer.json;
  return kind === "anon"
    ? warning(
      "It is the legacy anon key.",
      "It works until legacy keys are disabled. Use a publishable key (sb_publishable_…) from API Keys.",
    )
    : ok(`accepted; sign-ups are ${facts.auth?.disable_signup ? "off" : "on"}`);
}

async function secretKey(examination: Examination): Promise<Result> {
  const { target, ask, facts } = examination;
  const key = target.secretKey;
  if (key === undefined) {
    return skipped(
      "none is set",
      "With SUPABASE_SECRET_KEY (or --secret-key) buckets are looked at and a user is made for the round trip.",
    );
  }
  const kind = kindOf(key);
  if (kind === "publishable" || kind === "anon") {
    return failed(
      `A${
        kind === "anon" ? "n anon" : " publishable"
      } key is set where the secret key belongs.`,
      "Set SUPABASE_SECRET_KEY to a key that begins with sb_secret_, from Project Settings, API Keys.",
    );
  }
  const foreign = ofAnotherProject(key, target);
  if (foreign !== null) return foreign;
  const answer = await ask("/rest/v1/rpc/read_health", {
    headers: asSecret(target),
    json: {},
  });
  const code = answer.json?.code;
  // The key is taken, and the function that is asked for is not there: the check of the schema reports it.
  const hasNoSchema = answer.status === 404 && code === "PGRST202";
  if (hasNoSchema) {
    facts.schemaVersion = null;
  } else {
    if (/^PGRST00/.test(String(code)) || answer.status === 503) {
      return failed(
        `The Data API does not reach the database: ${said(answer)}`,
        "The database is down, starting or out of connections: look at its health in the dashboard.",
      );
    }
    expectStatus(
      answer,
      "The Data API refuses the secret key",
      [200],
      "Copy a secret key (sb_secret_…) from Project Settings, API Keys of the project that the URL names.",
    );
    facts.schemaVersion = versionIn(answer.json);
  }
  facts.hasSecretKey = true;
  return kind === "service_role"
    ? warning(
      "It is the legacy service_role key.",
      "The functions' sweeps take secret keys (sb_secret_…) only: create one under Project Settings, API Keys.",
    )
    : ok("accepted");
}

/** The sweep refuses this request for its body, but only after it has taken the key. Nothing is swept. */
async function sweepKey({ ask, target }: Examination): Promise<Result> {
  const answer = await ask("/functions/v1/file-upload/_/sweep", {
    headers: asSecret(target),
    json: { max_objects: 0 },
  });
  if (answer.status === 422) return ok("accepted");
  if (
    answer.status === 401 && kindOf(target.secretKey ?? "") === "service_role"
  ) {
    return skipped("a legacy service_role key, which sweeps do not take");
  }
  if (answer.status === 401) {
    return failed(
      "The functions do not take the secret key, though the Data API does.",
      "Their environment has other keys: SUPABASE_SECRET_KEYS is set when a function starts. Deploy the functions " +
        "again; self-hosted, restart the functions' container after keys have changed.",
    );
  }
  throw causeOf(answer) ?? new Error(said(answer));
}

/** `"{\"schema_version\": \"2026…\"}"` */
function versionIn(answer: unknown): string | null {
  const { schema_version }: { schema_version?: string | null } = JSON.parse(
    typeof answer === "string" ? answer : "{}",
  );
  return schema_version ?? null;
}

export function kindOf(key: string): Kind {
  if (key.startsWith("sb_publishable_")) return "publishable";
  if (key.startsWith("sb_secret_")) return "secret";
  const role = claimsOf(key)?.role;
  return role === "anon" || role === "service_role" ? role : "unknown";
}

/** A legacy key is a token that names the project it belongs to. */
function ofAnotherProject(key: string, { url }: Target): Result | null {
  const named = claimsOf(key)?.ref;
  const ref = projectRef(url);
  if (named === undefined || ref === undefined || named === ref) return null;
  return failed(
    `The key belongs to the project ${named}, and the URL is that of ${ref}.`,
    "Take the URL and the keys from the same project.",
  );
}

function claimsOf(key: string): { role?: string; ref?: string } | null {
  const [, payload] = key.split(".");
  if (payload === undefined) return null;
  try {
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
