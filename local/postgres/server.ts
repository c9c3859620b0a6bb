/** A PostgreSQL cluster of the stack's own: made, started, watched and stopped. */
import { StackError } from "../config.ts";
import { join } from "../paths.ts";
import { type Child, spawnChild } from "../processes/child.ts";
import { binariesFor } from "./binaries.ts";
import { clusterFolder } from "./folders.ts";
import { postgresRunner, type Runner } from "./runner.ts";

export interface PostgresServer {
  port: number;
  /** Whether the cluster has just been made, and holds nothing. */
  isNew: boolean;
  /** Keeps the cluster: one that was not prepared to the end is made anew at the next start. */
  markPrepared(): Promise<void>;
  /** Fast shutdown: open transactions are rolled back, everything committed stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Connections beyond the pools of Auth, Data API and Storage are for tests and tools. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  timezone: "UTC",
  // Readiness is a LOG line, which is above ERROR here; failed statements are their callers' news.
  log_min_messages: "log",
  log_checkpoints: "off",
  shared_buffers: "128MB",
};

/** Starts PostgreSQL on a data folder, which is made where there is none. */
export async function startPostgres(
  options: {
    dataDir: string;
    port: number;
    onChild: (child: Child) => Promise<void>;
  },
): Promise<PostgresServer> {
  const runner = await postgresRunner();
  const home = await binariesFor(runner);
  const cluster = await clusterFolder(options.dataDir, runner);
  const prepared = join(cluster, "prepared");
  const isNew = !await exists(prepared);
  if (isNew) {
    await empty(cluster);
    await initialise(home, cluster, runner);
  }

  let child: Child | null = null;
  const server: PostgresServer = {
    port: options.port,
    isNew,
    markPrepared: () => Deno.writeTextFile(prepared, ""),
    async start() {
      const settings = Object.entries(SETTINGS).flatMap((
        [name, value],
      ) => ["-c", `${name}=${value}`]);
      const started = spawnChild(join(home, "bin/postgres"), {
        args: ["-D", cluster, "-p", String(options.port), ...settings],
        cwd: "/",
        env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
        ...runner,
      });
      child = started;
      await options.onChild(started);
      try {
        await waitUntilReady(started, options.port);
      } catch (error) {
        await server.stop();
        throw error;
      }
      void started.finished.then(() => restartAfter(started));
    },
    async stop() {
      const stopped = child;
      child = null;
      await stopped?.end("SIGINT");
    },
  };
  await server.start();
  return server;

  /** A PostgreSQL that somebody else has ended is started again. */
  function restartAfter(ended: Child): void {
    if (child !== ended) return;
    console.error("PostgreSQL has ended by itself and is started again.");
    server.start().catch((error) => console.error(error.message));
  }
}

/** What an earlier start has not finished. */
async function empty(folder: string): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(folder)) {
      await Deno.remove(join(folder, name), { recursive: true });
    }
  } catch {
    throw new StackError(
      `${folder} cannot be used: remove it, or set LOCAL_DATA_DIR.`,
    );
  }
}

async function initialise(
  home: string,
  cluster: string,
  runner: Runner,
): Promise<void> {
  // Loopback only, behind the CLI's well-known password: what `supabase start` does, too.
  const password = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(password, "postgres");
    if (runner.uid !== undefined) {
      await Deno.chown(password, runner.uid, runner.gid ?? null);
    }
    const { success, stderr } = await new Deno.Command(
      join(home, "bin/initdb"),
      {
        args: [
          `--pgdata=${cluster}`,
          "--username=supabase_admin",
          `--pwfile=${password}`,
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          // As on a hosted project, letters of every script are letters; search depends on it.
          `--locale=${Deno.build.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8"}`,
          "--no-instructions",
        ],
        cwd: "/",
        env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
        clearEnv: true,
        ...runner,
      },
    ).output();
    if (!success) {
      throw new StackError(
        `PostgreSQL cannot make its data folder ${cluster}: ${
          new TextDecoder().decode(stderr).trim()
        }`,
      );
    }
  } finally {
    await Deno.remove(password);
  }
}

/** Resolves once the port answers; a PostgreSQL that ends before says why. */
async function waitUntilReady(child: Child, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.ended()) {
      throw new StackError(
        `PostgreSQL did not start on port ${port}: ${
          explain(child.lastLines())
        }`,
      );
    }
    if (
      child.lastLines().includes(
        "database system is ready to accept connections",
      )
    ) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new StackError(
    `PostgreSQL did not start within 15 s: ${child.lastLines()}`,
  );
}

function explain(lines: string): string {
  if (/could not bind|Address already in use/i.test(lines)) {
    return "the port is in use. Stop what uses it, or set LOCAL_DB_PORT to another.";
  }
  if (
    /PANIC|incompatible with server|control|not a valid|invalid|corrupt|missing/i
      .test(lines)
  ) {
    return `its data folder is broken. Run "deno task reset" for an empty one. ${lines}`;
  }
  return lines;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
