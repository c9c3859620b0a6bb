/** Whether an answer is one that the operation's document allows. */
import { Ajv2020, type ValidateFunction } from "npm:ajv@8.20.0/dist/2020.js";
import addFormats from "npm:ajv-formats@3.0.1";
import published from "../../supabase/functions/_shared/generated/mcp.json" with {
  type: "json",
};
import { type Operation, resolve, type Schema } from "./documents.ts";
import type { FuzzRequest } from "./request.ts";
import type { WireAnswer } from "./wire.ts";

/** An answer may take as long as this, in milliseconds, besides what the request asked it to wait. */
export const MAX_MS = 5000;

export interface Fault {
  kind: string;
  detail: string;
}

export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });
  readonly #validators = new Map<Schema, ValidateFunction>();

  constructor() {
    addFormats.default(this.#ajv);
  }

  /** What is wrong with an answer; null if nothing is. */
  fault(
    operation: Operation,
    request: FuzzRequest,
    answer: WireAnswer,
  ): Fault | null {
    const { status, headers, body, headMs } = answer;
    const type = headers.get("Content-Type") ?? "";
    // What a gateway makes of a request that ends in the middle is its own affair.
    if (request.cutAfter !== undefined && !headers.has("x-request-id")) {
      return null;
    }
    if (status === 501 && !headers.has("x-request-id")) return null;
    if (status >= 500) {
      return { kind: `${status}`, detail: textOf(body).slice(0, 500) };
    }
    if (headMs > MAX_MS + request.waitsMs) {
      return {
        kind: "slow",
        detail: `The answer took ${Math.round(headMs)} ms.`,
      };
    }
    // The answer may end with the request.
    if (request.cutAfter !== undefined) return null;
    if (!headers.has("x-request-id")) {
      // A gateway refuses what is not HTTP, and what is for no function.
      return status >= 400 || request.method === "OPTIONS"
        ? null
        : { kind: "anonymous", detail: `A ${status} without x-request-id.` };
    }
    if (request.method === "HEAD" || request.method === "OPTIONS") {
      return body.length === 0 ? null : {
        kind: "body",
        detail: `${request.method} was answered with a body.`,
      };
    }
    if (status >= 400 && !headers.has("x-should-retry")) {
      return { kind: "header", detail: "x-should-retry is missing." };
    }
    if (!request.isOnRoute) return this.#offRouteFault(operation, answer);
    const response = operation.responses[status];
    if (response === undefined) {
      return {
        kind: "status",
        detail: `${status} is not among the documented ones: ${
          textOf(body).slice(0, 300)
        }`,
      };
    }
    return this.#bodyFault(operation, response.content, type, answer);
  }

  /** The odd path or method led to another route, or to none: then it is not known which answer is meant. */
  #offRouteFault(
    { document, functionName }: Operation,
    { status, headers, body }: WireAnswer,
  ): Fault | null {
    const { Problem, Error } = document.components.schemas;
    // Errors of JSON-RPC have a shape of their own.
    if (status < 400 || functionName === "mcp" && status === 400) return null;
    const [schema, media] = Problem
      ? [Problem, "application/problem+json"]
      : [Error, "application/json"];
    const fault = this.#bodyFault(
      { document, functionName },
      { [media]: schema },
      headers.get("Content-Type") ?? "",
      { status, body },
    );
    return fault && { ...fault, kind: `off-route ${fault.kind}` };
  }

  #bodyFault(
    operation: Pick<Operation, "document" | "functionName">,
    content: Record<string, Schema>,
    type: string,
    { status, body }: Pick<WireAnswer, "status" | "body">,
  ): Fault | null {
    const media = type.split(";")[0]!.trim().toLowerCase();
    if (Object.keys(content).length === 0) {
      return body.length === 0
        ? null
        : { kind: "body", detail: `A ${status} has no body by its document.` };
    }
    if ("*/*" in content) return null;
    const schema = content[media];
    if (schema === undefined) {
      return { kind: "type", detail: `${status} is answered as "${type}".` };
    }
    if (!/[/+]json$/.test(media)) return null;
    let value: unknown;
    try {
      value = JSON.parse(textOf(body, true));
    } catch {
      return { kind: "json", detail: `The body is not JSON in UTF-8.` };
    }
    return this.#check(operation.document, schema, value) ??
      (operation.functionName === "mcp" && status === 200
        ? this.#toolFault(value)
        : null);
  }

  /** A tool's answer has a schema of its own, which its name does not tell: one of them must fit. */
  #toolFault(reply: Schema): Fault | null {
    const result = reply?.result;
    if (!result?.structuredContent || result.isError) return null;
    const fits = published.tools.some(({ outputSchema }) =>
      this.#check({}, outputSchema, result.structuredContent) === null
    );
    return fits
      ? null
      : { kind: "schema", detail: "No tool's output schema fits the result." };
  }

  #check(document: Schema, schema: Schema, value: unknown): Fault | null {
    let validate = this.#validators.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile({
        ...resolve(document, schema),
        components: document.components,
      });
      this.#validators.set(schema, validate);
    }
    if (validate(value)) return null;
    const [error] = validate.errors ?? [];
    return {
      kind: "schema",
      detail: `${error?.instancePath || "/"} ${error?.message}: ${
        JSON.stringify(value).slice(0, 300)
      }`,
    };
  }
}

function textOf(body: Uint8Array, fatal = false): string {
  return new TextDecoder("utf-8", { fatal }).decode(body);
}
