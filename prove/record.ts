/** Writes a request and its answer into the record of a run, and reports an answer that the API must never give. */
import type { CallOptions, Reply } from "./call.ts";
import type { Report } from "./report.ts";

/** A request of a client. */
export interface Asked extends CallOptions {
  client: string;
  kind: string;
  path: string;
  /** The conversation that it is about. */
  place?: string;
  /** Codes that the request may be refused with. Any request may be told to wait. */
  refusals?: string[];
}

/** @param answer what of the body is kept. */
export function record(
  report: Report,
  { client, kind, path, place, method, json, headers, refusals = [] }: Asked,
  { outcome, status, code, body, startedAt, endedAt }: Reply,
  answer: unknown = body,
): void {
  report.count(`${kind}: ${code ?? outcome}`);
  report.event({
    client,
    kind,
    place,
    method,
    path,
    ...(json !== undefined && { sent: json }),
    ...(headers && { headers }),
    outcome,
    status,
    code,
    ms: Math.round(endedAt - startedAt),
    ...(status !== null && body !== null && { answer }),
  });
  const isExpected = code === undefined || outcome !== "refused" ||
    ["rate_limited", ...refusals].includes(code);
  if (code !== "internal" && isExpected) return;
  report.anomaly({
    kind: code === "internal" ? "server error" : "refusal",
    detail: `${client} was answered ${status} ${code} (${kind}).`,
    excerpt: [{ path, sent: json, headers, answer: body }],
  });
}
