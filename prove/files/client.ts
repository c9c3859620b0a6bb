/** One client of a run: takes the planned steps with files, and writes down how they end. */
import type { Actor } from "../../tests/support/actors.ts";
import type { Target } from "../../tests/support/target.ts";
import { call, type CallOptions, type Reply, sleep } from "../call.ts";
import { record } from "../record.ts";
import type { Report } from "../report.ts";
import type { Files, KnownFile } from "./history.ts";
import type { Step } from "./plan.ts";
import { changingSteps } from "./changing.ts";
import { uploadingSteps } from "./uploading.ts";
import { wrongUploadingSteps } from "./uploading_wrongly.ts";

/** What the clients of a run share. */
export interface Shared {
  files: Files;
  report: Report;
  people: readonly { id: string }[];
  /** Holds the project's secret key. */
  maintenance: Pick<Actor, "headers">;
  /** Ids of conversations that both users may write to; the last is deleted and made anew now and then. */
  conversations: string[];
  number(): number;
}

const steps = { ...uploadingSteps, ...wrongUploadingSteps, ...changingSteps };

export class Client {
  constructor(
    readonly name: string,
    readonly actor: Actor & { id: string },
    /** The stack as this client reaches it. */
    readonly at: Target,
    readonly shared: Shared,
  ) {}

  async run(plan: Iterable<Step>, over: AbortSignal): Promise<void> {
    for (const step of plan) {
      if (over.aborted) return;
      await steps[step.kind]!(this, step);
      await sleep(step.restMs, over);
    }
  }

  /** A file that this client's user was told of, the newer the likelier. */
  anyFile({ pick }: Step): KnownFile | undefined {
    const own = [...this.shared.files.files.values()].filter(({ owner }) =>
      owner === this.actor.id
    ).slice(-80);
    return own[pick % own.length];
  }

  /** A request; whatever the API must never answer is reported. */
  async ask(
    kind: string,
    path: string,
    options: CallOptions & {
      refusals?: string[];
      as?: Pick<Actor, "headers">;
    } = {},
  ): Promise<Reply> {
    const reply = await call(options.as ?? this.actor, this.at, path, options);
    const asked = { ...options, client: this.name, kind, path };
    record(this.shared.report, asked, reply);
    return reply;
  }

  /** Asks until the outcome is known, or as often as the client has patience for. */
  async askOften(
    { kind, tries }: Step,
    path: string,
    options: Parameters<Client["ask"]>[2],
  ): Promise<Reply> {
    let reply = await this.ask(kind, path, options);
    for (let n = 1; n < tries; n++) {
      if (
        reply.outcome === "done" ||
        (reply.outcome === "refused" && reply.code !== "rate_limited")
      ) break;
      await sleep(50 * 2 ** n);
      reply = await this.ask(kind, path, options);
    }
    return reply;
  }
}
