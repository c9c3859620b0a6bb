/** Load: more than there is room for, and then the same for long. */
import { targetOf } from "../../tests/local/own_stack.ts";
import { nobody } from "../../tests/support/actors.ts";
import { request } from "../../tests/support/http.ts";
import { withSql } from "../../tests/support/sql.ts";
import type { Target } from "../../tests/support/target.ts";
import { sleep } from "../call.ts";
import type { Checker, Task } from "../checker.ts";
import { rewriteFunction } from "../faults/plant.ts";
import { Dice } from "../http/random.ts";
import { act, type Client, judge, newClients } from "./clients.ts";
import { lockConversations, takeConnections } from "./exhaust.ts";
import { described, type Figures, figuresOf } from "./figures.ts";
import { SlowClients } from "./slow.ts";

/** How much is thrown at the stack. */
interface Scale {
  /** Of the clients' users; each has as many clients as it takes. */
  users: number;
  /** Clients at once while something is amiss. */
  impaired: number;
  clients: number;
  /** Slow readers, and as many slow senders. */
  slow: number;
  /** For how long others work beside them, in milliseconds. */
  slowMs: number;
  /** How long connections that are kept alive may take to go, in milliseconds. */
  calmMs: number;
}

const FULL: Scale = {
  users: 20,
  impaired: 60,
  clients: 200,
  slow: 50,
  slowMs: 8000,
  calmMs: 3000,
};

/** For a run of less than {@link SHORT_S}: the same in half a minute. */
const SHORT: Scale = {
  users: 4,
  impaired: 24,
  clients: 60,
  slow: 12,
  slowMs: 2500,
  calmMs: 500,
};

const SHORT_S = 30;

/** A soak works with so many at once: as many as a small project has. */
const SOAKERS = 8;

/** How long everything may take to be well again, in milliseconds. */
const RECOVERY_MS = 30_000;

/** How long uploads that broke off may keep what they took, in milliseconds, before a sweep is asked. */
const GIVEN_BACK_MS = 10_000;

/** An answer in calm times, in milliseconds. */
const CALM_MS = 5000;

/** What a soak may add: rounding, buffers and caches, and nothing that follows the number of requests. */
const MAX_GROWTH = { memoryMiB: 40, handles: 12, connections: 4 };

export const checker: Checker = {
  name: "load",
  summary:
    "Exhausts connections, sends from 200 clients at once, reads and sends slowly, then soaks: refusals say when to come again, all recovers, and nothing grows.",
  plants: {
    "slow-pages": {
      summary: "A page of history takes longer than a request may.",
      apply: (stack) =>
        rewriteFunction(
          stack,
          "public.read_history",
          /\bbegin\b/,
          "begin perform pg_sleep(6);",
        ),
    },
  },
  async run(task) {
    const load = new Load(task);
    await load.prepare();
    const { impaired, clients } = load.scale;
    await load.under(
      "every row locked",
      impaired,
      () => lockConversations(task.stack),
    );
    await load.under(
      "no connection left",
      impaired,
      () => takeConnections(task.stack),
    );
    await load.under(
      `${clients} clients`,
      clients,
      () => Promise.resolve(nothing),
    );
    await load.besideSlowOnes();
    await load.soak();
  },
};

const nothing: AsyncDisposable = {
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

class Load {
  readonly scale: Scale;
  readonly #task: Task;
  readonly #at: Target;
  readonly #dice: Dice;
  #clients: Client[] = [];
  /** Nobody else sends requests in this user's name. */
  #slow!: Client;

  constructor(task: Task) {
    this.#task = task;
    this.scale = task.seconds < SHORT_S ? SHORT : FULL;
    this.#at = targetOf(task.stack);
    this.#dice = new Dice(task.seed);
  }

  async prepare(): Promise<void> {
    this.#clients = await newClients(this.#at, this.scale.users);
    [this.#slow] = await newClients(this.#at, 1) as [Client];
    await this.#note("at the start");
  }

  /** Sends a request or two from each of `count` clients while something is amiss, and then has it recover. */
  async under(
    phase: string,
    count: number,
    impair: () => Promise<AsyncDisposable>,
  ): Promise<void> {
    const { report } = this.#task;
    {
      await using _ = await impair();
      await Promise.all(
        Array.from({ length: count }, async (_, number) => {
          for (let turn = 0; turn < (this.scale === FULL ? 2 : 1); turn++) {
            judge(report, phase, await this.#act(number));
          }
        }),
      );
    }
    await this.#note(`after "${phase}"`);
    await this.#recovered(phase);
  }

  /** Slow readers and senders take nothing from the others. */
  async besideSlowOnes(): Promise<void> {
    const { stack, report } = this.#task;
    const { actor } = this.#slow;
    const paths = await this.#longAnswers();
    const { slow: count, slowMs } = this.scale;
    {
      await using slow = new SlowClients(stack.apiUrl);
      for (let number = 0; number < count; number++) {
        slow.read(actor, paths[number % paths.length]!);
        if (number % 2 === 0) slow.send(actor, "file-upload", "text/plain");
        else slow.send(actor, "conversation-append", "application/json");
      }
      await slow.begun();
      const until = performance.now() + slowMs;
      for (let number = 1; performance.now() < until; number++) {
        const reply = await this.#act(number);
        judge(report, "beside slow clients", reply);
        const ms = reply.endedAt - reply.startedAt;
        if (ms > CALM_MS) {
          report.anomaly({
            kind: "slowed by slow clients",
            detail: `An answer took ${Math.round(ms)} ms.`,
          });
        }
      }
      await this.#note(
        `beside ${count} slow readers and ${count} slow senders`,
      );
    }
    await this.#recovered("slow clients");
    await this.#givenBack();
  }

  /** Mixed requests for as long as asked; nothing may grow. */
  async soak(): Promise<void> {
    const { report, seconds, signal } = this.#task;
    const work = async (milliseconds: number) => {
      const until = performance.now() + milliseconds;
      await Promise.all(
        Array.from({ length: SOAKERS }, async (_, number) => {
          while (performance.now() < until && !signal.aborted) {
            judge(report, "soak", await this.#act(number));
          }
        }),
      );
    };
    // V8 lets the heap of a function grow to its level for the first 10,000 requests or so; then it counts.
    const warmUp = Math.min(240, seconds / 2);
    await work(1000 * warmUp);
    const start = await this.#calmFigures();
    await work(1000 * (seconds - warmUp));
    const end = await this.#calmFigures();
    report.figure("soak, start", described(start));
    report.figure("soak, end", described(end));
    this.#compare(start, end);
  }

  /** Once what the last requests held has had time to go. */
  async #calmFigures(): Promise<Figures> {
    await sleep(this.scale.calmMs);
    return await figuresOf(this.#task.stack);
  }

  #compare(start: Figures, end: Figures): void {
    const { report } = this.#task;
    const grown = (
      what: string,
      before: number | undefined,
      after: number,
      most: number,
    ) => {
      if (before === undefined || after - before <= most) return;
      report.anomaly({
        kind: "grown",
        detail: `${what} grew from ${before} to ${after}.`,
      });
    };
    for (const [name, after] of Object.entries(end.memory)) {
      grown(
        `Memory of ${name}`,
        start.memory[name],
        after,
        MAX_GROWTH.memoryMiB,
      );
    }
    for (const [name, after] of Object.entries(end.handles)) {
      grown(
        `Handles of ${name}`,
        start.handles[name],
        after,
        MAX_GROWTH.handles,
      );
    }
    grown(
      "Connections",
      start.connections,
      end.connections,
      MAX_GROWTH.connections,
    );
  }

  async #note(when: string): Promise<void> {
    const { report, stack } = this.#task;
    report.figure(when, described(await figuresOf(stack)));
  }

  async #act(number: number) {
    const client = this.#clients[number % this.#clients.length]!;
    return await act(client, this.#at, this.#dice);
  }

  /** Resolves once twenty requests in a row are done, each soon. */
  async #recovered(phase: string): Promise<void> {
    const { report } = this.#task;
    const startedAt = performance.now();
    let well = 0;
    let last = "";
    while (well < 20) {
      const reply = await this.#act(well);
      const ms = reply.endedAt - reply.startedAt;
      const isWell = reply.outcome === "done" && ms < CALM_MS;
      well = isWell ? well + 1 : 0;
      if (!isWell) last = `${reply.status ?? reply.code} after ${ms | 0} ms`;
      if (performance.now() - startedAt > RECOVERY_MS) {
        return report.anomaly({
          kind: "not recovered",
          detail: `After "${phase}": ${last || "slow"}.`,
        });
      }
    }
    report.figure(
      `recovered from "${phase}" with 20 requests in`,
      `${Math.round(performance.now() - startedAt)} ms`,
    );
  }

  /** Paths whose answers are some megabytes. */
  async #longAnswers(): Promise<string[]> {
    const { actor } = this.#slow;
    const file = await request(actor, "file-upload", {
      at: this.#at,
      body: "x".repeat(8 * 1024 * 1024),
      headers: { "Content-Type": "text/plain", "X-File-Name": "long.txt" },
    });
    let id = "";
    for (let turn = 0; turn < 4; turn++) {
      const { body } = await request(actor, "conversation-append", {
        at: this.#at,
        json: {
          continuation_id: "long",
          messages: [{ role: "user", content: "word ".repeat(150_000) }],
        },
      });
      id = body.conversation.id;
    }
    return [
      `file-download/${file.body.file.id}`,
      `conversation-history/${id}/export`,
      `conversation-history/${id}`,
      `conversation-history/${id}/follow?live=sse&offset=-1`,
    ];
  }

  /** Uploads that ended in the middle leave no quota taken, at the latest once a sweep has found them. */
  async #givenBack(): Promise<void> {
    const { report } = this.#task;
    const pending = () =>
      withSql(async (sql) => {
        const [row] = await sql<{ count: number }[]>`
          select count(*)::int from continuum.file_contents
          where status = 'pending' and owner_id = ${this.#slow.actor.id}
        `;
        return row?.count ?? 0;
      }, this.#at.dbUrl);
    const until = performance.now() + GIVEN_BACK_MS;
    while (await pending() > 0 && performance.now() < until) await sleep(200);
    report.figure("broken-off uploads left to the sweep", await pending());
    await sleep(1000);
    await request(nobody(this.#at), "file-upload/_/sweep", {
      at: this.#at,
      headers: { apikey: this.#at.secretKey },
      json: { pending_seconds: 1 },
    });
    if (await pending() === 0) return;
    report.anomaly({
      kind: "not given back",
      detail: `${await pending()} uploads that broke off are still pending.`,
    });
  }
}
