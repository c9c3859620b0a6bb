/** pg_cron and pg_net as tests/support/cron.sql stands in for them. */
import { withSql } from "./sql.ts";

/** Makes the stand-ins in a database, as the role of `dbUrl`. */
export async function installCron(dbUrl: string): Promise<void> {
  const text = await Deno.readTextFile(new URL("cron.sql", import.meta.url));
  await withSql((sql) => sql.unsafe(text).simple(), dbUrl);
}

/** Runs the jobs once, as pg_cron does each minute. */
export async function runJobs(dbUrl: string): Promise<void> {
  await withSql(async (sql) => {
    const jobs = await sql<{ jobid: number; command: string }[]>`
      select jobid, command from cron.job where active
    `;
    for (const { jobid, command } of jobs) {
      await sql.unsafe(command);
      await sql`
        insert into cron.job_run_details values (${jobid}, 'succeeded', null, now())
      `;
    }
  }, dbUrl);
}

/** Sends the requests that wait, as pg_net does, and keeps the answers. Returns the paths and their answers. */
export async function sendRequests(
  dbUrl: string,
): Promise<{ path: string; status: number; body: string }[]> {
  return await withSql(async (sql) => {
    const waiting = await sql<
      {
        id: number;
        url: string;
        headers: Record<string, string>;
        body: unknown;
      }[]
    >`
      delete from net.http_request_queue returning id, url, headers, body
    `;
    const sent = [];
    for (const { id, url, headers, body } of waiting) {
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      await sql`
        insert into net._http_response (id, status_code, content)
        values (${id}, ${answer.status}, ${text})
      `;
      sent.push({
        path: new URL(url).pathname,
        status: answer.status,
        body: text,
      });
    }
    return sent.sort((a, b) => a.path < b.path ? -1 : 1);
  }, dbUrl);
}
