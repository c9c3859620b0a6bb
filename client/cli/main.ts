#!/usr/bin/env node
/** `continuum`: moves conversations and files between Continuum, other systems and this machine. */
import process from "node:process";
import { CliError } from "./failure.ts";
import { canBeExact } from "./json/exact.ts";

const HELP = `
continuum import PATH...   conversations of ChatGPT, Claude.ai, Claude Code, Codex, LibreChat,
                           Open WebUI and OpenAI, exports of Continuum, folders of files
continuum export TARGET    all conversations and files of an account
continuum sync             sessions of Claude Code and Codex on every machine

continuum COMMAND --help   the options of a command`.trim();

/** Loaded when they are used. */
const COMMANDS: Record<
  string,
  () => Promise<(args: string[]) => Promise<number>>
> = {
  import: async () => (await import("./import/command.ts")).importCommand,
  export: async () => (await import("./export/command.ts")).exportCommand,
  sync: async () => (await import("./sync/command.ts")).syncCommand,
};

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  const load = COMMANDS[name];
  if (load === undefined) {
    console.error(`There is no command "${name}".\n\n${HELP}`);
    return 2;
  }
  if (!canBeExact) {
    console.error("continuum needs Node 22 or Deno 2.");
    return 2;
  }
  try {
    return await (await load())(args);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(error.message);
    return error.status;
  }
}

process.exitCode = await main(process.argv.slice(2));
