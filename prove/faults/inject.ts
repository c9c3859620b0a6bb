/** Makes the planned faults happen to a stack, one at a time, and undoes them. */
import { withConnection } from "../../local/sql.ts";
import type { Stack } from "../../local/stack.ts";
import { until } from "../../tests/local/processes.ts";
import { sleep } from "../call.ts";
import type { Report } from "../report.ts";
import type { PlannedFault } from "./plan.ts";
import { postgresProcesses, signal } from "./processes.ts";

/** How long PostgreSQL may take to be back, in seconds. */
const RECOVERY_SECONDS = 60;

export class Faults {
  readonly #stack: Stack;
  readonly #report: Report;
  /** The functions that may be killed or paused. */
  readonly #functions: string[];

  constructor(stack: Stack, report: Report, functions: string[]) {
    this.#stack = stack;
    this.#report = report;
    this.#functions = functions;
  }

  /** Runs faults until aborted; everything is whole again once it resolves. */
  async run(plan: Iterable<PlannedFault>, over: AbortSignal): Promise<void> {
    for (const fault of plan) {
      await sleep(fault.afterMs, over);
      if (over.aborted) break;
      this.#report.count(`fault: ${fault.kind}`);
      this.#report.event({ event: "fault", ...fault });
      try {
        await this.#inject(fault, over);
      } catch (error) {
        // Such as a connection that another fault has left broken.
        this.#report.event({ event: "fault failed", error: String(error) });
      }
      this.#report.event({ event: "fault over", kind: fault.kind });
    }
    await this.#heal();
  }

  async #inject(
    { kind, lastsMs, pick }: PlannedFault,
    over: AbortSignal,
  ): Promise<void> {
    const stack = this.#stack;
    const name = this.#functions[pick % this.#functions.length] ?? "";
    switch (kind) {
      case "kill a function":
      case "pause a function": {
        const pid = stack.functions.pid(name);
        if (pid === null) return;
        if (kind === "kill a function") return signal([pid], "SIGKILL");
        return await paused([pid], lastsMs, over);
      }
      case "kill PostgreSQL":
        signal((await postgresProcesses(stack)).slice(0, 1), "SIGKILL");
        return await this.#recovered();
      case "restart PostgreSQL":
        await stack.stopDatabase();
        await sleep(lastsMs / 4, over);
        return await stack.startDatabase();
      case "pause PostgreSQL":
        return await paused(await postgresProcesses(stack), lastsMs, over);
      case "cut the connections to PostgreSQL":
        return await withConnection(stack.adminDbUrl, async (sql) => {
          await sql`
            select pg_terminate_backend(pid) from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid()
          `;
        });
      case "slow commits":
        await this.#slowCommits(20 + pick / 1000 * 80);
        await sleep(lastsMs * 2, over);
        return await this.#slowCommits(0);
    }
  }

  /** The time that each commit waits, in milliseconds; PostgreSQL takes up to 100. */
  async #slowCommits(ms: number): Promise<void> {
    await withConnection(this.#stack.adminDbUrl, async (sql) => {
      await sql.unsafe(
        `alter system set commit_delay = ${Math.round(ms * 1000)}`,
      );
      await sql.unsafe("alter system set commit_siblings = 0");
      await sql`select pg_reload_conf()`;
    });
  }

  async #recovered(): Promise<void> {
    await until(() =>
      withConnection(this.#stack.dbUrl, (sql) => sql`select`)
        .then(() => true, () => false), RECOVERY_SECONDS);
  }

  async #heal(): Promise<void> {
    signal(await postgresProcesses(this.#stack), "SIGCONT");
    if ((await postgresProcesses(this.#stack)).length === 0) {
      // Resolves only if the stack has not started it meanwhile.
      await this.#stack.startDatabase().catch(() => {});
    }
    await this.#recovered();
    await this.#slowCommits(0);
    await Promise.all(
      this.#stack.functions.names().map((name) =>
        this.#stack.functions.target(name)
      ),
    );
  }
}

/** Stops processes for a while. */
async function paused(
  pids: number[],
  ms: number,
  over: AbortSignal,
): Promise<void> {
  signal(pids, "SIGSTOP");
  try {
    await sleep(ms, over);
  } finally {
    signal(pids, "SIGCONT");
  }
}
