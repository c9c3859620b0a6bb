/** Ports of the loopback interface. */
import { StackError } from "./config.ts";

/** A port that nobody uses right now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
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
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StackError(
        `Port ${port} is in use. Stop what uses it, or set ${variable} to another port.`,
      );
    }
    throw new StackError(
      `Port ${port} cannot be used: set ${variable} to one above 1023.`,
    );
  }
}
