/** Checks of whether the project answers, and how it signs the tokens of its users. */
import { type Check, failed, Failure, ok, warning } from "./check.ts";
import type { Examination } from "./examination.ts";
import { causeOf, expectStatus, said } from "./request.ts";

/** Tokens are taken to be expired or not valid yet if clocks differ by more. In milliseconds. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

export function connectionChecks(examination: Examination): Check[] {
  const group = "Connection";
  return [
    {
      id: "reach",
      group,
      title: "Project answers",
      needs: ["url"],
      run: () => reach(examination),
    },
    {
      id: "signing-keys",
      group,
      title: "Signing keys",
      needs: ["reach"],
      run: () => signingKeys(examination),
    },
  ];
}

/** Needs no key: this is where anybody finds the public keys. */
async function reach({ ask, facts, target }: Examination) {
  const before = Date.now();
  const answer = await ask("/auth/v1/.well-known/jwks.json");
  const cause = causeOf(answer);
  if (cause !== null) throw cause;
  if (answer.status === 404) {
    throw new Failure(
      `${target.url} answers, but there is no Auth below it (404).`,
      "The URL is not that of a Supabase project, or its gateway has no route /auth/v1.",
    );
  }
  facts.jwks = answer;
  const theirs = Date.parse(answer.headers.get("Date") ?? "");
  const difference = Math.abs(theirs - (before + Date.now()) / 2);
  if (difference > MAX_CLOCK_DIFFERENCE_MS) {
    return warning(
      `The clock of this machine differs from the project's by ${
        Math.round(difference / 1000)
      } seconds.`,
      "Set the clock: tokens are taken to be expired, or not valid yet.",
    );
  }
  return ok(new URL(target.url).host);
}

interface PublicKey {
  kid?: unknown;
  kty?: unknown;
  alg?: unknown;
}

function signingKeys({ facts }: Examination) {
  const answer = facts.jwks!;
  expectStatus(
    answer,
    "Auth does not publish its keys",
    [200],
    "Upgrade Auth: versions before 2.170 have no signing keys.",
  );
  const keys: unknown = answer.json?.keys;
  if (!Array.isArray(keys)) {
    return failed(
      `What Auth publishes is not a set of keys: ${said(answer)}`,
      "Something else answers in Auth's place. Check the URL and the gateway's routes.",
    );
  }
  const usable = (keys as PublicKey[]).filter(({ kid, kty }) =>
    typeof kid === "string" && kty !== "oct"
  );
  if (usable.length === 0) {
    return failed(
      keys.length === 0
        ? "The project has no asymmetric signing key."
        : "None of the project's signing keys is asymmetric and has an id.",
      "Access tokens cannot be verified, so every user is 401. Hosted: Project Settings, JWT Keys, migrate to a " +
        "signing key (ES256) and rotate to it. Self-hosted: run utils/add-new-auth-keys.sh and uncomment the lines " +
        "with JWT_KEYS and JWT_JWKS in docker-compose.yml.",
    );
  }
  return ok(
    usable.map(({ alg, kty }) => String(alg ?? kty)).join(", "),
  );
}
