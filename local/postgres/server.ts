/** A PostgreSQL cluster of the stack's own: made, started, watched and stopped. */
import { join } from "node:path";
import { StackError } from "../config.ts";
import { type Child, spawnChild } from "../processes/child.ts";
import { inspect } from "../processes/table.ts";
import { claimPort } from "../ports.ts";
import { binariesFor } from "./binaries.ts";
import { clusterFolder } from "./folders.ts";
import { initialise } from "./initialise.ts";
import { postgresRunner } from "./runner.ts";

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

/** How often a server that stopped unexpectedly is started again. */
const RESTARTS = 5;

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
    /** 0 for a free one. */
    port: number;
    passwords: { supabase_admin: string };
  },
): Promise<PostgresServer> {
  const runner = await postgresRunner();
  const home = await binariesFor(runner);
  const cluster = clusterFolder(options.dataDir, runner);
  const prepared = join(cluster, "prepared");
  await untilEnded(cluster);
  const port = claimPort(options.port, "LOCAL_DB_PORT");
  const isNew = !await exists(prepared);
  if (isNew) {
    await initialise(home, cluster, runner, options.passwords.supabase_admin);
  }

  let child: Child | null = null;
  let stopped = false;
  const server: PostgresServer = {
    port,
    isNew,
    markPrepared: () => Deno.writeTextFile(prepared, ""),
    async start() {
      const settings = Object.entries(SETTINGS).flatMap((
        [name, value],
      ) => ["-c", `${name}=${value}`]);
      const started = spawnChild(join(home, "bin/postgres"), {
        args: ["-D", cluster, "-p", String(port), ...settings],
        cwd: "/",
        env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
        // Fast shutdown.
        endsBy: "INT",
        ...runner,
      });
      child = started;
      stopped = false;
      try {
        await waitUntilReady(started, port);
      } catch (error) {
        child = null;
        await started.end();
        throw error;
      }
      void started.finished.then(() => restartAfter(started));
    },
    async stop() {
      stopped = true;
      const running = child;
      child = null;
      await running?.end();
    },
  };
  await server.start();
  return server;

  /** A PostgreSQL that somebody else has ended is started again, once its remains are gone. */
  async function restartAfter(ended: Child): Promise<void> {
    if (child !== ended) return;
    console.error("PostgreSQL stopped unexpectedly. Starting it again.");
    for (let tries = 1; tries <= RESTARTS && !stopped; tries++) {
      try {
        return await server.start();
      } catch (error) {
        if (tries === RESTARTS) console.error(error);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
}

/** Resolves once the PostgreSQL of a stack that was killed has ended, as it does by itself. */
export async function untilEnded(cluster: string): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  for (let tries = 0; tries < 300; tries++) {
    const [pid = ""] = (await Deno.readTextFile(path).catch(() => ""))
      .split("\n");
    const command = (await inspect(Number(pid)))?.command ?? "";
    if (!command.includes("postgres")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
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
