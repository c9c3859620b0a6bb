/** Ports of the loopback interface. */
import { StackError } from "./config.ts";

/** Below the ports that systems hand out to outgoing connections, which would come in between. */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/** A port that nobody uses right now. */
export function freePort(): number {
  for (let tries = 0; tries < 100; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (isFree(port)) return port;
  }
  throw new StackError("No free port was found: is the network restricted?");
}

export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * `port`, or a free one for 0.
 *
 * @throws {StackError} where it is in use; `variable` names what chooses another.
 */
export function claimPort(port: number, variable: string): number {
  if (port === 0) return freePort();
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return port;
  } catch (error) {
    throw portFailure(error, port, variable);
  }
}

/** Why a port cannot be listened on, as a sentence. */
export function portFailure(
  error: unknown,
  port: number,
  variable: string,
): StackError {
  return error instanceof Deno.errors.AddrInUse
    ? new StackError(
      `Port ${port} is in use. Stop what uses it, or set ${variable} to another port.`,
    )
    : new StackError(
      `Port ${port} cannot be used: set ${variable} to one above 1023.`,
    );
}
