/** Requests to the project, and the causes of answers that are not the ones hoped for. */
import { Failure } from "./check.ts";

/** How long an answer may take, in milliseconds. A cold start of a function takes some seconds. */
const TIMEOUT_MS = 20_000;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  bytes: Uint8Array<ArrayBuffer>;
  // deno-lint-ignore no-explicit-any -- answers of many services; each use checks what it needs
  json: any;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  body?: BodyInit;
  redirect?: RequestRedirect;
}

/** @throws {Failure} that names the cause if there is no answer. */
export async function ask(
  url: string,
  { json, headers, body, ...init }: RequestOptions = {},
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: json === undefined && body === undefined ? "GET" : "POST",
      ...init,
      headers: {
        ...(json !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    return {
      status: response.status,
      headers: response.headers,
      text,
      bytes,
      json: parsed(text),
    };
  } catch (error) {
    throw noAnswer(new URL(url), error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noAnswer({ host, hostname }: URL, error: unknown): Failure {
  const reason = error instanceof Error
    ? `${error.name} ${error.message} ${error.cause ?? ""}`
    : String(error);
  if (/TimeoutError|timed out/i.test(reason)) {
    return new Failure(
      `${host} did not answer within ${TIMEOUT_MS / 1000} seconds.`,
      "Check your network, and that no firewall drops the connection.",
    );
  }
  if (/dns|lookup|resolve/i.test(reason)) {
    return new Failure(
      `There is no host named ${hostname}.`,
      "Check the spelling of the URL. A hosted project is at https://<project ref>.supabase.co; one that was " +
        "deleted has no name any more, and one that is paused for long may have none either.",
    );
  }
  if (/InvalidContentType/.test(reason)) {
    return new Failure(
      `${host} does not speak https.`,
      "Use http:// in the URL, as for a project on this machine.",
    );
  }
  if (/certificate|tls|ssl/i.test(reason)) {
    return new Failure(
      `The certificate of ${host} is not trusted.`,
      "If a proxy or a certificate authority of your own stands in front, run with DENO_TLS_CA_STORE=system or " +
        "DENO_CERT=<file>. If the server speaks plain HTTP, use http:// in the URL.",
    );
  }
  if (/refused/i.test(reason)) {
    return new Failure(
      `Nothing listens at ${host}.`,
      'Start it ("deno task start" or "supabase start"), or correct the port in the URL.',
    );
  }
  return new Failure(
    `${host} does not answer: the connection broke.`,
    "Check the URL (http or https), your network, and that the project runs.",
  );
}

/**
 * The cause that an answer shows by itself, whatever was asked: a page instead of JSON, a paused project, a
 * gateway without its service, a key that is refused. Null if it shows none.
 */
export function causeOf(answer: Answer): Failure | null {
  const { status, headers, text, json } = answer;
  const words = `${json?.code ?? ""} ${json?.error ?? ""} ${
    json?.message ?? json?.msg ?? ""
  }`;
  if (isPage(answer)) {
    const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
    return new Failure(
      `An HTML page${
        title ? ` ("${title}")` : ""
      } with status ${status} came where a Supabase project answers JSON.`,
      "The URL leads to a website, a login page or a proxy and not to the project's API. Use the URL under " +
        "Project Settings, Data API, or that of the API gateway of a self-hosted project.",
    );
  }
  if (status === 540) {
    return new Failure(
      "The project is paused.",
      "Restore it in the dashboard. Free projects pause after a week without use.",
    );
  }
  if (status >= 520 && status <= 530) {
    return new Failure(
      `The project does not answer its gateway (${status}).`,
      "It may be starting, being restored or out of memory: look at its status in the dashboard.",
    );
  }
  if (status === 503 && /is starting/.test(words)) {
    return new Failure(
      "The local stack is still starting.",
      'Run this again once "deno task start" says that it is ready.',
    );
  }
  if (status === 401 && /Invalid API key|No API key|apikey/i.test(text)) {
    return new Failure(
      "The API key is not one of this project's.",
      "Copy the keys from Project Settings, API Keys of the same project that the URL names. A key that was " +
        "deleted or rotated is refused too, and legacy keys are once they are disabled.",
    );
  }
  if ([502, 504].includes(status) && headers.get("x-request-id") === null) {
    return new Failure(
      `The gateway does not reach the service behind it (${status}).`,
      "The service is down or starting: look at the project's health in the dashboard, or at its container.",
    );
  }
  return null;
}

/** @throws {Failure} unless the answer has one of the statuses. */
export function expectStatus(
  answer: Answer,
  what: string,
  statuses: number[],
  advice: string,
): void {
  if (statuses.includes(answer.status) && !isPage(answer)) return;
  throw causeOf(answer) ?? new Failure(`${what}: ${said(answer)}`, advice);
}

/** Whether a web page was answered. */
export function isPage({ headers, text }: Answer): boolean {
  return /text\/html/.test(headers.get("Content-Type") ?? "") ||
    /^\s*<(!doctype|html)/i.test(text);
}

/** The status and the words of an answer, for people. */
export function said({ status, text, json }: Answer): string {
  const words = json?.detail ?? json?.message ?? json?.msg ??
    json?.error?.message ?? json?.error ?? text;
  const code = json?.code ?? json?.error_code;
  const short = String(words).replaceAll(/\s+/g, " ").trim().slice(0, 300);
  return `${status}${typeof code === "string" ? ` ${code}` : ""}${
    short === "" ? "" : `: ${short}`
  }`;
}
