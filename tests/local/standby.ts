/** A second PostgreSQL that follows a stack's by streaming replication, and its Data API. */
import { join } from "node:path";
import postgres from "npm:postgres@3.4.9";
import { openDataApi } from "../../local/data_api/service.ts";
import { dataApiService } from "../../local/gateway/service.ts";
import { binariesFor } from "../../local/postgres/binaries.ts";
import { postgresRunner } from "../../local/postgres/runner.ts";
import { freePort } from "../../local/ports.ts";
import { spawnChild } from "../../local/processes/child.ts";
import type { Stack } from "../../local/stack.ts";
import { until } from "./processes.ts";

/** How long the standby may take for each step, in seconds. */
const READY_S = 30;

export interface Standby extends AsyncDisposable {
  /** Answers `/rest/v1/…` from the standby, as the stack's gateway does from the primary. */
  fetch(request: Request): Promise<Response>;
  /** Stops replaying what the primary writes: the standby is behind from here on. */
  pause(): Promise<void>;
  /** Replays again, and resolves once the standby has all that the primary had at that moment. */
  catchUp(): Promise<void>;
}

export async function startStandby(stack: Stack): Promise<Standby> {
  const parts = new AsyncDisposableStack();
  const primary = connect(stack.adminDbUrl);
  parts.defer(() => primary.end());
  const runner = await postgresRunner();
  const folder = await Deno.makeTempDir({
    dir: "/var/tmp",
    prefix: "continuum-standby-",
  });
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  await copyCluster(primary, folder, stack.adminDbUrl);
  if (runner.uid !== undefined) {
    await run("chown", "-R", `${runner.uid}:${runner.gid}`, folder);
  }

  const port = freePort();
  const server = spawnChild(
    join(await binariesFor(runner), "bin/postgres"),
    {
      args: [
        ...["-D", folder, "-p", String(port)],
        ...["-c", "listen_addresses=127.0.0.1"],
        ...["-c", "unix_socket_directories="],
        ...["-c", "hot_standby=on", "-c", "max_connections=100"],
      ],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
      endsBy: "INT",
      ...runner,
    },
  );
  parts.defer(() => server.end());
  const adminUrl = withPort(stack.adminDbUrl, port);
  const standby = connect(adminUrl);
  parts.defer(() => standby.end());
  await until(
    () => standby`select 1`.then(() => true, () => false),
    READY_S,
  );

  // As the authenticator's, whose password the stack keeps to itself: the roles of the callers are the same.
  const dataApi = await openDataApi(adminUrl, { listens: false });
  parts.defer(() => dataApi.close());
  const service = dataApiService(dataApi, stack);
  const standbyOf: Standby = {
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      return service(request, pathname.slice("/rest/v1".length) + search);
    },
    async pause() {
      await standby`select pg_wal_replay_pause()`;
      await until(async () => {
        const [row] =
          await standby`select pg_get_wal_replay_pause_state() as state`;
        return row?.state === "paused";
      }, READY_S);
    },
    async catchUp() {
      const [now] = await primary`select pg_current_wal_lsn() as lsn`;
      await standby`select pg_wal_replay_resume()`;
      await until(async () => {
        const [row] = await standby`
          select pg_last_wal_replay_lsn() >= ${now?.lsn}::pg_lsn as done
        `;
        return row?.done === true;
      }, READY_S);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
  return standbyOf;
}

/** A base backup into an empty folder: its files, and what tells PostgreSQL whom to follow from where. */
async function copyCluster(
  primary: postgres.Sql,
  folder: string,
  adminUrl: string,
): Promise<void> {
  const connection = await primary.reserve();
  try {
    const [row] = await connection`show data_directory`;
    await connection`select pg_backup_start('standby', true)`;
    // Files of the cluster may go while they are copied; replay makes up for them.
    await new Deno.Command("cp", {
      args: ["-a", `${row?.data_directory}/.`, folder],
    })
      .output();
    const [backup] = await connection`
      select labelfile from pg_backup_stop(wait_for_archive => false)
    `;
    await Deno.writeTextFile(join(folder, "backup_label"), backup?.labelfile);
  } finally {
    connection.release();
  }
  await Deno.remove(join(folder, "postmaster.pid"));
  await Deno.writeTextFile(join(folder, "standby.signal"), "");
  const { hostname, port, username, password } = new URL(adminUrl);
  await Deno.writeTextFile(
    join(folder, "postgresql.auto.conf"),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
  );
  await Deno.chmod(folder, 0o700);
}

function connect(url: string): postgres.Sql {
  return postgres(url, { max: 2, onnotice: () => {} });
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} has failed.`);
}
