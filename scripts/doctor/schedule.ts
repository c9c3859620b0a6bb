/** Checks of the schedule of the sweeps: pg_cron's jobs, what came of the last ones, and the key they use. */
import type { Sql } from "../../local/sql.ts";
import {
  type Check,
  failed,
  ok,
  type Result,
  skipped,
  warning,
} from "./check.ts";
import { asPostgres } from "./database.ts";
import type { Examination } from "./examination.ts";
import { isOnThisMachine } from "./target.ts";

const HOW =
  "See docs/how-to/deploy.md, Sweeping: select continuum.schedule_sweeps('<url>', '<secret key>');";

export function scheduleChecks(examination: Examination): Check[] {
  const group = "Sweeps";
  return [
    {
      id: "cron",
      group,
      title: "Scheduled",
      needs: ["database", "migrations"],
      run: () => scheduled(examination),
    },
    {
      id: "cron-runs",
      group,
      title: "Last runs",
      needs: ["cron"],
      run: () =>
        examination.facts.isSwept
          ? asPostgres(examination, lastRuns)
          : skipped("needs: Scheduled"),
    },
    {
      id: "cron-key",
      group,
      title: "Key of the sweeps",
      needs: ["cron", "function:file-upload"],
      run: () =>
        examination.facts.isSwept
          ? key(examination)
          : skipped("needs: Scheduled"),
    },
  ];
}

async function scheduled(examination: Examination): Promise<Result> {
  const { target } = examination;
  if (target.isLocalStack) {
    return skipped("the local stack has no pg_cron; POST …/_/sweep sweeps it");
  }
  // A project on one's own machine needs no sweeps.
  const report = isOnThisMachine(target) ? warning : failed;
  return await asPostgres(examination, async (sql) => {
    const [there] = await sql<{ cron: boolean; net: boolean }[]>`
      select to_regclass('cron.job') is not null as cron,
        to_regclass('net._http_response') is not null as net
    `;
    const missing = [
      ...(there?.cron ? [] : ["pg_cron"]),
      ...(there?.net ? [] : ["pg_net"]),
    ];
    if (missing.length > 0) {
      return report(
        `Nothing sweeps: ${
          missing.join(" and ")
        } is not enabled, so space of deleted files is never freed.`,
        `Enable ${missing.join(" and ")} under Database, Extensions. ${HOW}`,
      );
    }
    const jobs = await sql<{ command: string; active: boolean }[]>`
      select command, active from cron.job
    `;
    const ours = jobs.filter(({ command }) =>
      /continuum\.run_sweeps|_\/sweep/.test(command)
    );
    if (ours.length === 0) {
      return report(
        "Nothing sweeps: pg_cron has no job for it, so space of deleted files is never freed.",
        HOW,
      );
    }
    if (ours.every(({ active }) => !active)) {
      return report(
        "The job of the sweeps is switched off.",
        `select cron.alter_job(jobid, active := true) from cron.job where command like '%run_sweeps%';`,
      );
    }
    const rows = await schedule(sql);
    const wrong = rows.find(({ url }) =>
      new URL(url).origin !== new URL(target.url).origin
    );
    if (wrong !== undefined && !isInside(wrong.url)) {
      return report(
        `The sweeps are sent to ${
          new URL(wrong.url).origin
        }, not to ${target.url}.`,
        HOW,
      );
    }
    examination.facts.isSwept = true;
    return ok(
      rows.length > 0
        ? rows.map(({ url }) => url).join(", ")
        : "by jobs of your own",
    );
  });
}

/** A name that only containers know, such as http://kong:8000 of a self-hosted project. */
function isInside(url: string): boolean {
  return !new URL(url).hostname.includes(".");
}

interface Sweep {
  url: string;
  request_id: string | null;
  requested_at: Date | null;
}

async function schedule(sql: Sql): Promise<Sweep[]> {
  return await sql<Sweep[]>`
    select url, request_id, requested_at from continuum.sweep_schedule order by url
  `;
}

async function lastRuns(sql: Sql): Promise<Result> {
  const [job] = await sql<{ status: string; message: string | null }[]>`
    select r.status, r.return_message as message
    from cron.job_run_details r join cron.job j using (jobid)
    where j.command ~ 'continuum\\.run_sweeps|_/sweep'
    order by r.start_time desc nulls last limit 1
  `;
  if (job?.status === "failed") {
    return failed(
      `The last run of the job failed: ${job.message}`,
      "Look at cron.job_run_details.",
    );
  }
  const answers = await sql<
    { url: string; status: number | null; error: string | null }[]
  >`
    select s.url, r.status_code as status, coalesce(r.error_msg, r.content) as error
    from continuum.sweep_schedule s join net._http_response r on r.id = s.request_id
  `;
  const bad = answers.find(({ status }) => status !== 200);
  if (bad !== undefined) {
    return failed(
      `The last sweep (${bad.url}) was answered ${
        bad.status ?? "not at all"
      }: ${bad.error?.slice(0, 200) ?? ""}`,
      bad.status === 401
        ? `Its secret key is not one of the project's any more. ${HOW}`
        : "Look at the function's logs. The next hour tries again.",
    );
  }
  return ok(
    answers.length === 0
      ? "none is known"
      : answers.map(({ status }) => status).join(", "),
  );
}

/** Asks as the job does, but for nothing: the route refuses the body only after it has taken the key. */
async function key(examination: Examination): Promise<Result> {
  const kept = await asPostgres(examination, async (sql) => {
    const [there] = await sql<{ there: boolean }[]>`
      select to_regclass('vault.decrypted_secrets') is not null as there
    `;
    if (!there?.there) return undefined;
    const [row] = await sql<{ decrypted_secret: string }[]>`
      select decrypted_secret from vault.decrypted_secrets where name = 'continuum_secret_key'
    `;
    return row?.decrypted_secret;
  });
  if (kept === undefined) {
    return failed("Vault has no secret continuum_secret_key.", HOW);
  }
  const answer = await examination.ask("/functions/v1/file-upload/_/sweep", {
    headers: { apikey: kept },
    json: { max_objects: 0 },
  });
  return answer.status === 422 ? ok("accepted") : failed(
    `The functions do not take the key that Vault keeps (${answer.status}).`,
    `It was rotated or deleted. ${HOW}`,
  );
}
