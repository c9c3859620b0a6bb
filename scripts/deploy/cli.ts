/** The Supabase CLI, which knows the Management API and how to reach a project's database. */
import { root, SUPABASE_CLI } from "../../local/config.ts";

/** A command of the CLI that failed, with what it printed. */
export class CliError extends Error {
  constructor(command: string, readonly printed: string) {
    super(`supabase ${command} failed`);
  }
}

/**
 * Runs a command that answers in JSON.
 *
 * @throws {CliError}
 */
// deno-lint-ignore no-explicit-any -- each use checks what it needs
export async function ask(args: string[]): Promise<any> {
  const { success, stdout, stderr } = await command([
    ...args,
    "--output-format",
    "json",
  ]).output();
  const text = new TextDecoder().decode(stdout);
  const errors = new TextDecoder().decode(stderr);
  // A failure is JSON on one of the two, or words.
  if (!success) throw new CliError(nameOf(args), `${text}${errors}`.trim());
  return JSON.parse(text);
}

/**
 * Runs a command whose output the user sees.
 *
 * @throws {CliError}
 */
export async function run(args: string[]): Promise<void> {
  const child = command(args, "piped").spawn();
  const [printed, errors, { success }] = await Promise.all([
    show(child.stdout, Deno.stdout),
    show(child.stderr, Deno.stderr),
    child.status,
  ]);
  if (!success) throw new CliError(nameOf(args), `${printed}${errors}`.trim());
}

/** Runs a command that talks with the user, such as `login`. Returns whether it succeeded. */
export async function converse(args: string[]): Promise<boolean> {
  const { success } = await command(args, "inherit").spawn().status;
  return success;
}

function command(
  args: string[],
  output: "piped" | "inherit" = "piped",
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", SUPABASE_CLI, ...args],
    cwd: root,
    stdin: output === "inherit" ? "inherit" : "null",
    stdout: output,
    stderr: output,
  });
}

function nameOf(args: string[]): string {
  return args.slice(0, 2).join(" ");
}

/** Passes output on, and gives it back at the end. */
async function show(
  stream: ReadableStream<Uint8Array>,
  to: { write(bytes: Uint8Array): Promise<number> },
): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    await to.write(chunk);
  }
  return text;
}
