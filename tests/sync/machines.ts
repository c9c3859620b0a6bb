/** Machines of one person: home folders with sessions, that are synchronised with one account. */
import { join } from "node:path";
import { clientOf } from "../client/clients.ts";
import { Account } from "../../client/cli/import/account.ts";
import { parseExact } from "../../client/cli/json/exact.ts";
import { PathMap } from "../../client/cli/sync/path_map.ts";
import { syncAll } from "../../client/cli/sync/run.ts";
import { folderOf, TOOLS } from "../../client/cli/sync/tools.ts";
import { temporaryFolder, type User } from "../import/importing.ts";

const folder = temporaryFolder();

export interface Synced {
  up: string[];
  down: string[];
  second: string[];
  problems: string[];
}

export class Machine {
  readonly home: string;
  readonly user: User;
  readonly #pairs: [string, string][];

  constructor(user: User, pairs: [string, string][] = []) {
    this.user = user;
    this.home = Deno.makeTempDirSync({ dir: folder });
    this.#pairs = pairs;
  }

  get state(): string {
    return `${this.home}/state.json`;
  }

  /** The path of a session of Claude Code of a project below the home folder. */
  claude(session: string, project = `${this.home}/app`): string {
    return `.claude/projects/${folderOf(project)}/${session}.jsonl`;
  }

  async write(path: string, lines: (string | object)[]): Promise<void> {
    const at = join(this.home, path);
    await Deno.mkdir(join(at, ".."), { recursive: true });
    await Deno.writeTextFile(at, textOf(lines), { append: true });
  }

  async writeBytes(path: string, bytes: Uint8Array): Promise<void> {
    const at = join(this.home, path);
    await Deno.mkdir(join(at, ".."), { recursive: true });
    await Deno.writeFile(at, bytes, { append: true });
  }

  /** Every file below the home folder's session folders, with its text as Latin-1: a character a byte. */
  async files(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    /** A sync that is running renames and removes files. */
    const unlessGone = (error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    };
    const walk = async (path: string) => {
      const items = [];
      try {
        for await (const item of Deno.readDir(join(this.home, path))) {
          items.push(item);
        }
      } catch (error) {
        unlessGone(error);
      }
      for (const { name, isDirectory } of items) {
        const at = `${path}/${name}`;
        if (isDirectory) await walk(at);
        else {
          const bytes = await Deno.readFile(join(this.home, at))
            .catch(unlessGone);
          if (bytes) found.set(at, new TextDecoder("latin1").decode(bytes));
        }
      }
    };
    await walk(".claude");
    await walk(".codex");
    return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** The lines of all files, as one text a file, without the names: what must be the same everywhere. */
  async contents(): Promise<string[]> {
    return [...(await this.files()).values()].sort();
  }

  async sync(
    options: { fetch?: typeof fetch; retries?: number; dryRun?: boolean } = {},
  ): Promise<Synced> {
    const { dryRun = false, ...http } = options;
    const synced: Synced = { up: [], down: [], second: [], problems: [] };
    await syncAll({
      account: new Account(clientOf(this.user, {
        json: { parse: parseExact, stringify: JSON.stringify },
        ...http,
      })),
      folders: TOOLS.map((tool) => ({ tool, root: tool.root(this.home, {}) })),
      map: new PathMap(this.home, this.#pairs),
      home: this.home,
      state: this.state,
      dryRun,
      report: {
        uploaded: (path, lines) => synced.up.push(`${path} ${lines}`),
        downloaded: (path, lines, isSecond) =>
          synced[isSecond ? "second" : "down"].push(`${path} ${lines}`),
        problem: (what, reason) => synced.problems.push(`${what}: ${reason}`),
      },
    });
    return synced;
  }
}

export function textOf(lines: (string | object)[]): string {
  return lines.map((line) =>
    (typeof line === "string" ? line : JSON.stringify(line)) + "\n"
  ).join("");
}

let entries = 0;

/** An entry of a session of Claude Code. */
export function entry(
  session: string,
  words: string,
  rest: Record<string, unknown> = {},
) {
  const uuid = crypto.randomUUID();
  return {
    parentUuid: null,
    isSidechain: false,
    sessionId: session,
    type: ++entries % 2 === 1 ? "user" : "assistant",
    message: { role: entries % 2 === 1 ? "user" : "assistant", content: words },
    uuid,
    timestamp: new Date(1_760_000_000_000 + entries * 1000).toISOString(),
    ...rest,
  };
}

/** Synchronises until nothing changes any more. */
export async function settle(machines: Machine[]): Promise<void> {
  for (let round = 0; round < 10; round++) {
    let changes = 0;
    for (const machine of machines) {
      const { up, down, second } = await machine.sync();
      changes += up.length + down.length + second.length;
    }
    if (changes === 0) return;
  }
  throw new Error("The machines do not come to rest.");
}
