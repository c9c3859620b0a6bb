/**
 * json and jsonb on their way into lite, which encodes every argument of a call but strings, and has
 * its driver encode what results once more. Here all is encoded once: strings of a call are encoded
 * and marked before lite sees them, and the driver leaves alone what is encoded already.
 */
import { withConnection } from "../sql.ts";

/** Nothing that JSON encodes begins with it. */
const MARK = "\u0001json:";

/** The driver's types, by PostgreSQL's type numbers. */
export const jsonTypes = { json: jsonType(114), jsonb: jsonType(3802) };

function jsonType(oid: number) {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) =>
      typeof value === "string" ? encoded(value) : JSON.stringify(value),
    parse: (text: string) => JSON.parse(text),
  };
}

function encoded(text: string): string {
  if (text.startsWith(MARK)) return text.slice(MARK.length);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** The names of the json and jsonb arguments of each function, by its path. */
export type JsonArguments = Map<string, Set<string>>;

export async function readJsonArguments(dbUrl: string): Promise<JsonArguments> {
  const rows = await withConnection(dbUrl, (sql) =>
    sql`
      select p.proname as name, array_agg(argument.name) as arguments
      from pg_proc p, unnest(p.proargnames, p.proargtypes::oid[]) argument (name, type)
      where p.pronamespace = 'public'::regnamespace
        and argument.type in ('json'::regtype, 'jsonb'::regtype)
      group by p.oid
    `);
  return new Map(
    rows.map(({ name, arguments: names }) => [
      `/rest/v1/rpc/${name}`,
      new Set<string>(names),
    ]),
  );
}

/** The request with its bare strings for json arguments encoded and marked. */
export async function markStrings(
  request: Request,
  jsonArguments: JsonArguments,
): Promise<Request> {
  const names = jsonArguments.get(new URL(request.url).pathname);
  const isJson = /^application\/json\b/.test(
    request.headers.get("Content-Type") ?? "",
  );
  if (request.method !== "POST" || names === undefined || !isJson) {
    return request;
  }
  const text = await request.text();
  return new Request(request, { body: marked(text, names) });
}

function marked(text: string, names: Set<string>): string {
  let call: unknown;
  try {
    call = JSON.parse(text);
  } catch {
    // For lite to refuse.
    return text;
  }
  if (typeof call !== "object" || call === null) return text;
  const strings = Object.entries(call).filter(([name, value]) =>
    typeof value === "string" && names.has(name)
  );
  if (strings.length === 0) return text;
  const replaced = strings.map(([name, value]) => [
    name,
    MARK + JSON.stringify(value),
  ]);
  return JSON.stringify({ ...call, ...Object.fromEntries(replaced) });
}
