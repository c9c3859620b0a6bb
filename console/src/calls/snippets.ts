/** A request as a command of the shell and as JavaScript. Both have a placeholder for the token. */
import type { Call } from "./call.ts";

/** The project that the code is for. */
export interface At {
  url: string;
  key: string;
}

/** For a shell: `TOKEN` is the reader's to fill in. */
export function asCurl(call: Call, { url, key }: At): string {
  const lines = [`curl "$URL/functions/v1/${inDoubleQuotes(call.path)}"`];
  if (call.method !== defaultMethod(call)) {
    lines[0] = `curl -X ${call.method} "$URL/functions/v1/${
      inDoubleQuotes(call.path)
    }"`;
  }
  lines.push(`-H "Authorization: Bearer $TOKEN" -H "apikey: $KEY"`);
  for (const [name, value] of call.headers) {
    lines.push(`-H ${quoted(`${properCase(name)}: ${value}`)}`);
  }
  if (call.body !== null) lines.push(`-d ${quoted(call.body)}`);
  if (call.file !== null) lines.push(`--data-binary @${quoted(call.file)}`);
  return [
    `URL=${quoted(url)}`,
    `KEY=${quoted(key)}`,
    `TOKEN='<access token>'`,
    "",
    lines.join(" \\\n  "),
  ].join("\n");
}

/** For JavaScript: `accessToken` is the reader's to fill in. */
export function asFetch(call: Call, { url, key }: At): string {
  const headers = [
    "    Authorization: `Bearer ${accessToken}`,",
    `    apikey: ${JSON.stringify(key)},`,
    ...call.headers.map(([name, value]) =>
      `    ${JSON.stringify(properCase(name))}: ${JSON.stringify(value)},`
    ),
  ];
  const method = call.method === "GET"
    ? []
    : [`  method: ${JSON.stringify(call.method)},`];
  const body = call.file !== null
    ? ["  body: file,"]
    : call.body !== null
    ? [`  body: JSON.stringify(${indented(pretty(call.body))}),`]
    : [];
  const address = `${url}/functions/v1/${call.path}`;
  return [
    `const response = await fetch(${JSON.stringify(address)}, {`,
    ...method,
    "  headers: {",
    ...headers,
    "  },",
    ...body,
    "});",
    call.method === "DELETE" || call.path.includes("/export")
      ? "if (!response.ok) throw new Error(await response.text());"
      : "const answer = await response.json();",
  ].join("\n");
}

function defaultMethod(call: Call): string {
  return call.body === null && call.file === null ? "GET" : "POST";
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

function inDoubleQuotes(text: string): string {
  return text.replace(/[\\"$`]/g, "\\$&");
}

function properCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
}

/** JSON with line breaks; as it is if it is something else. */
export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function indented(text: string): string {
  return text.replace(/\n/g, "\n  ");
}
