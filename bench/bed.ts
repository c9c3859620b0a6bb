/** What is measured on: a local stack of its own, one user of it, and a bare database connection. */
import { createClient } from "@supabase/supabase-js";
import postgres from "npm:postgres@3.4.9";
import type { Stack } from "../local/stack.ts";
import { startTemporaryStack } from "../local/temporary.ts";

export interface Bed extends AsyncDisposable {
  stack: Stack;
  user: User;
  /** As `postgres`, to fill tables. */
  admin: postgres.Sql;
  /** One connection as the user: what the Data API does before each statement is done once. */
  bare: postgres.Sql;
}

export interface User {
  id: string;
  /** What a request of the user carries. */
  headers: Record<string, string>;
}

export async function makeBed(): Promise<Bed> {
  const parts = new AsyncDisposableStack();
  const stack = parts.use(
    await startTemporaryStack({ onFunctionLine: () => {} }),
  );
  const user = await signUp(stack);
  const connect = (max: number) => {
    const sql = postgres(stack.dbUrl, { max, onnotice: () => {} });
    parts.defer(() => sql.end());
    return sql;
  };
  const bare = connect(1);
  const claims = JSON.stringify({ sub: user.id, role: "authenticated" });
  await bare`select set_config('request.jwt.claims', ${claims}, false)`;
  await bare`set role authenticated`;
  return {
    stack,
    user,
    admin: connect(2),
    bare,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function signUp({ apiUrl, publishableKey }: Stack): Promise<User> {
  const { data: { session }, error } = await createClient(
    apiUrl,
    publishableKey,
    { auth: { persistSession: false, autoRefreshToken: false } },
  ).auth.signUp({
    email: "bench@example.com",
    password: crypto.randomUUID(),
  });
  if (session === null) throw error ?? new Error("Sign-up gave no session.");
  return {
    id: session.user.id,
    headers: {
      Authorization: `Bearer ${session.access_token}`,
      apikey: publishableKey,
    },
  };
}
