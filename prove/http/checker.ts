/** A fuzz of every operation of the OpenAPI documents. */
import { targetOf } from "../../tests/local/own_stack.ts";
import { request } from "../../tests/support/http.ts";
import { nobody } from "../../tests/support/actors.ts";
import type { Checker, Task } from "../checker.ts";
import { rewriteFunction } from "../faults/plant.ts";
import { type Operation, operations } from "./documents.ts";
import { type Fault, Judge, MAX_MS } from "./judge.ts";
import { Known } from "./known.ts";
import { Dice } from "./random.ts";
import { type FuzzRequest, requestFor } from "./request.ts";
import { credentials, users } from "./users.ts";
import { NoAnswer, send, type WireAnswer } from "./wire.ts";

const WORKERS = 4;

/** A request without an answer is given up after this, in milliseconds, besides what it asked to wait. */
const PATIENCE_MS = 20_000;

/** As much of a body as an anomaly is shown with. */
const MAX_SHOWN = 20_000;

export const checker: Checker = {
  name: "http",
  summary:
    "Sends valid, nearly valid and hostile requests to every operation: none may fail or last, and every answer must be as documented.",
  plants: {
    "missing-member": {
      summary: "Health does not say which schema it has.",
      apply: (stack) =>
        rewriteFunction(
          stack,
          "public.read_health",
          /'schema_version'/,
          "'version'",
        ),
    },
    "failing-list": {
      summary: "The list of files divides by zero.",
      apply: (stack) =>
        rewriteFunction(
          stack,
          "public.list_files",
          /\bbegin\b/,
          "begin perform 1 / 0;",
        ),
    },
  },
  async run(task) {
    const all = await operations();
    const workers = await Promise.all(
      Array.from({ length: WORKERS }, (_, number) => worker(task, all, number)),
    );
    task.report.figure("operations", all.length);
    task.report.figure("slowest answer", `${Math.max(...workers)} ms`);
    await allHealthy(task, all);
  },
};

/** Sends one request after another; returns how many milliseconds the slowest answer took. */
async function worker(
  { stack, seconds, seed, report, signal }: Task,
  all: Operation[],
  number: number,
): Promise<number> {
  const dice = new Dice(seed * WORKERS + number);
  const known = new Known();
  const judge = new Judge();
  const people = await users(targetOf(stack), known);
  const until = performance.now() + 1000 * seconds;
  let slowest = 0;
  while (performance.now() < until && !signal.aborted) {
    const operation = dice.pick(all);
    const fuzz = requestFor(operation, dice, known);
    fuzz.headers.unshift(...credentials(dice, people, operation.isMaintenance));
    let answer: WireAnswer | null = null;
    let fault: Fault | null;
    try {
      answer = await send(stack.apiUrl, fuzz, PATIENCE_MS + fuzz.waitsMs);
      const isCut = fuzz.cutAfter !== undefined &&
        !answer.headers.has("x-request-id");
      report.count(`${operation.name}: ${isCut ? "cut" : answer.status}`);
      fault = judge.fault(operation, fuzz, answer);
      if (fuzz.waitsMs === 0) slowest = Math.max(slowest, answer.headMs);
      learn(known, answer);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      report.count(`${operation.name}: ${error.reason}`);
      fault = noAnswerFault(fuzz, error);
    }
    report.count(`requests, ${fuzz.manner}`);
    if (fault !== null) {
      report.anomaly({
        kind: `${operation.name} ${fault.kind}`,
        detail: `${fuzz.method} ${fuzz.target.slice(0, 300)}: ${fault.detail}`,
        excerpt: [shown(fuzz), answer && shownAnswer(answer)],
      });
    }
  }
  return Math.round(slowest);
}

/** A gateway may end a connection whose request was not whole. All else has an answer. */
function noAnswerFault(
  { cutAfter }: FuzzRequest,
  { reason, ms }: NoAnswer,
): Fault | null {
  if (cutAfter !== undefined && ms < MAX_MS) return null;
  return { kind: reason, detail: `No answer after ${Math.round(ms)} ms.` };
}

function learn(known: Known, { status, headers, body }: WireAnswer): void {
  if (status >= 300 || !/json/.test(headers.get("Content-Type") ?? "")) return;
  try {
    known.learn(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    // The judge says so.
  }
}

/** The request as it can be sent again, without its token. */
function shown({ headers, body, ...rest }: FuzzRequest) {
  return {
    ...rest,
    headers: headers.map(([name, value]) =>
      /^(authorization|apikey)$/i.test(name) ? [name, "…"] : [name, value]
    ),
    body: body && new TextDecoder("latin1").decode(body.subarray(0, MAX_SHOWN)),
    bytes: body?.length ?? 0,
  };
}

function shownAnswer({ status, headers, body, headMs }: WireAnswer) {
  return {
    status,
    headMs: Math.round(headMs),
    headers: Object.fromEntries(headers),
    body: new TextDecoder().decode(body.subarray(0, 2000)),
  };
}

/** A function that was left crippled does not say that it is well. */
async function allHealthy(
  { stack, report }: Task,
  all: Operation[],
): Promise<void> {
  const at = targetOf(stack);
  for (const name of new Set(all.map(({ functionName }) => functionName))) {
    const { status, text } = await request(nobody(at), `${name}/_/health`, {
      at,
    });
    if (status !== 200) {
      report.anomaly({ kind: "unhealthy", detail: `${name}: ${text}` });
    }
  }
}
