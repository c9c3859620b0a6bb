/** Requests and answers as they are on the wire, for what fetch would change. */

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** Sends a request without a body; `target` may be anything that a request line may hold. */
export async function rawRequest(
  apiUrl: string,
  target: string,
  { method = "GET", host = "localhost", headers = {} }: {
    method?: string;
    host?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(apiUrl);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({ Host: host, ...headers, Connection: "close" })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await connection.write(
    new TextEncoder().encode(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`),
  );
  const text = await new Response(connection.readable).text();
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: new Headers(fields.map((field): [string, string] => {
      const [name = "", ...value] = field.split(": ");
      return [name, value.join(": ")];
    })),
    body,
  };
}
