/** Continuum: through the function as a client calls it, and in SQL with what the Data API does around a call. */
import postgres from "postgres";

/** @param {{ apiUrl: string, headers: Record<string, string> }} bed */
export function throughFunction({ apiUrl, headers }) {
  const call = async (path, body) => {
    const response = await fetch(`${apiUrl}/functions/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${answer}`);
    return JSON.parse(answer);
  };
  return {
    name: "Continuum, through the function",
    largest: Infinity,
    open: () => ({
      append: (name, content) =>
        call("conversation-append", {
          continuation_id: name,
          messages: [{ role: "user", content }],
        }),
      read: (name) => call(`conversation-history/${name}?limit=100`),
      close: () => {},
    }),
  };
}

/** @param {{ dbUrl: string, userId: string }} bed */
export function inSql({ dbUrl, userId }) {
  const claims = JSON.stringify({
    sub: userId,
    role: "authenticated",
    aud: "authenticated",
  });
  return {
    name: "Continuum, SQL with role and claims",
    largest: Infinity,
    open: () => {
      const sql = postgres(dbUrl, {
        max: 1,
        onnotice: () => {},
        connection: { application_name: "continuum-sql" },
      });
      const asUser = (statement, values) =>
        sql.begin(async (transaction) => {
          const [, rows] = await Promise.all([
            transaction.unsafe(
              "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
              [claims],
              { prepare: true },
            ),
            transaction.unsafe(statement, values, { prepare: true }),
          ]);
          return JSON.parse(rows[0].answer);
        });
      return {
        append: (name, content) =>
          asUser("select public.append_messages($1) as answer", [
            JSON.stringify({
              continuation_id: name,
              messages: [{ role: "user", content }],
            }),
          ]),
        read: (name) =>
          asUser("select public.read_history($1, 'line', 100) as answer", [
            name,
          ]),
        close: () => sql.end(),
      };
    },
    application: "continuum-sql",
  };
}
