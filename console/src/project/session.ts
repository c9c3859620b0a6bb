/** Who is signed in, by Supabase Auth. The session is kept in this browser and refreshed before it expires. */
import { GoTrueClient, type User } from "npm:@supabase/auth-js@2.119.1";
import { signal } from "../lib/preact.ts";
import { userLeaves } from "./leaving.ts";
import { project } from "./project.ts";

/** undefined as long as it is not known; null if nobody is. */
export const user = signal<User | null | undefined>(undefined);

/** @throws {TypeError} if no project is chosen yet. */
function open(): GoTrueClient {
  if (project === null) throw new TypeError("No project is chosen.");
  const { url, key } = project;
  return new GoTrueClient({
    url: `${url}/auth/v1`,
    headers: { apikey: key },
    storageKey: `continuum.session.${new URL(url).host}`,
    autoRefreshToken: true,
    persistSession: true,
    // The address holds where one is in the console. A link in an e-mail must not be able to sign somebody in.
    detectSessionInUrl: false,
  });
}

let client: GoTrueClient | null = null;

/** The one client of Auth. */
export function auth(): GoTrueClient {
  return client ??= open();
}

/** Finds out who is signed in, and notices every change, also in another tab. */
export function watchSession(): void {
  if (project === null) {
    user.value = null;
    return;
  }
  auth().onAuthStateChange((_event, session) => {
    const next = session?.user ?? null;
    // A refreshed token is not another user.
    const before = user.peek();
    if (before && before.id !== next?.id) userLeaves();
    if (before?.id !== next?.id || next === null) user.value = next;
  });
}

/** @throws {Error} whose message is for people. */
export async function signIn(email: string, password: string): Promise<void> {
  const { error } = await auth().signInWithPassword({ email, password });
  if (error) throw new Error(explained(error.message));
}

/**
 * Creates an account.
 *
 * @returns whether it is signed in at once, rather than after a link in an e-mail was followed.
 * @throws {Error} whose message is for people.
 */
export async function signUp(
  email: string,
  password: string,
): Promise<boolean> {
  const { data, error } = await auth().signUp({ email, password });
  if (error) throw new Error(explained(error.message));
  return data.session !== null;
}

/** Signs out here. A server that does not answer does not keep anybody signed in. */
export async function signOut(): Promise<void> {
  await auth().signOut({ scope: "local" }).catch(() => {});
  if (user.peek()) userLeaves();
  user.value = null;
}

/** Auth's words, as a sentence. */
function explained(message: string): string {
  if (/failed to fetch|networkerror|load failed/i.test(message)) {
    return "The project does not answer. Check the connection and the project's URL.";
  }
  if (/invalid login credentials/i.test(message)) {
    return "The e-mail address or the password is wrong.";
  }
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
