/** Accounts for the round trip: made for it if the project lets us, and removed afterwards. */
import { Failure } from "./check.ts";
import { asPostgres } from "./database.ts";
import { asSecret, asVisitor, type Examination } from "./examination.ts";
import { type Answer, expectStatus, said } from "./request.ts";

export interface Account {
  id: string;
  token: string;
  /** Whether it was made here and is removed again. */
  isOurs: boolean;
  /** Made with the Auth admin API, which can also remove it. */
  byAdmin: boolean;
}

/** The account that the settings name. */
export async function signIn(
  { ask, target }: Examination,
  email: string,
  password: string,
): Promise<Omit<Account, "isOurs" | "byAdmin">> {
  const answer = await ask("/auth/v1/token?grant_type=password", {
    headers: asVisitor(target),
    json: { email, password },
  });
  expectStatus(
    answer,
    `${email} cannot sign in`,
    [200],
    "Check e-mail and password. An account whose e-mail address is not confirmed cannot sign in; the dashboard " +
      "confirms it under Authentication, Users. Signing in by password can be switched off there too.",
  );
  return session(answer);
}

/**
 * An account of our own: by the admin API with a secret key, else by signing up.
 *
 * @throws {Failure} if the project lets us do neither.
 */
export async function makeAccount(examination: Examination): Promise<Account> {
  const { ask, target, facts } = examination;
  const email = `continuum-doctor-${crypto.randomUUID()}@example.com`;
  const password = crypto.randomUUID();
  if (facts.hasSecretKey) {
    const made = await ask("/auth/v1/admin/users", {
      headers: asSecret(target),
      json: { email, password, email_confirm: true },
    });
    if (made.status === 200 || made.status === 201) {
      return {
        ...await signIn(examination, email, password),
        isOurs: true,
        byAdmin: true,
      };
    }
  }
  if (facts.auth?.disable_signup) {
    throw new Failure(
      "No account for the round trip: sign-ups are off, and no secret key makes one.",
      "Set SUPABASE_SECRET_KEY, or name an account with DOCTOR_EMAIL and DOCTOR_PASSWORD.",
    );
  }
  if (facts.auth?.mailer_autoconfirm === false) {
    throw new Failure(
      "No account for the round trip: new users have to confirm their e-mail address first.",
      "Set SUPABASE_SECRET_KEY, or name an account with DOCTOR_EMAIL and DOCTOR_PASSWORD.",
    );
  }
  const answer = await ask("/auth/v1/signup", {
    headers: asVisitor(target),
    json: { email, password },
  });
  expectStatus(
    answer,
    "Signing up fails",
    [200, 201],
    "Look at Authentication, Sign In / Providers: e-mail has to be on. Too many sign-ups are refused for an hour.",
  );
  return { ...session(answer), isOurs: true, byAdmin: false };
}

function session(answer: Answer) {
  const token = answer.json?.access_token;
  const id = answer.json?.user?.id;
  if (typeof token !== "string" || typeof id !== "string") {
    throw new Failure(
      `Auth gives no session: ${said(answer)}`,
      "Confirm the account's e-mail address, or switch the confirmation off for now.",
    );
  }
  return { id, token };
}

/** Removes an account that was made here. Returns what is left of it, for people; null if nothing is. */
export async function removeAccount(
  examination: Examination,
  account: Account,
): Promise<string | null> {
  const { ask, target } = examination;
  if (!account.isOurs) return null;
  if (account.byAdmin) {
    const { status } = await ask(`/auth/v1/admin/users/${account.id}`, {
      method: "DELETE",
      headers: asSecret(target),
    });
    if (status === 200 || status === 204) return null;
  }
  if (target.dbUrl !== undefined) {
    await asPostgres(
      examination,
      (sql) => sql`delete from auth.users where id = ${account.id}`,
    );
    return null;
  }
  return `the user ${account.id}`;
}
