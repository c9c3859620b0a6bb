/**
 * Properties of what reads requests: they hold for any input, and fast-check looks for one for which they do not. A
 * failure names the seed and the smallest input that it found.
 *
 *   CONTINUUM_PROPERTY_RUNS=100000   more inputs a property than the 300 of an ordinary run
 *   CONTINUUM_PROPERTY_SEED=7        the same inputs again
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fc from "npm:fast-check@4.11.0";
import type { ProblemCode } from "../../supabase/functions/_shared/problems/catalogue.ts";
import { Problem } from "../../supabase/functions/_shared/problems/problem.ts";

export { fc };

const seed = Deno.env.get("CONTINUUM_PROPERTY_SEED");

fc.configureGlobal({
  numRuns: Number(Deno.env.get("CONTINUUM_PROPERTY_RUNS") ?? 300),
  ...(seed !== undefined && { seed: Number(seed) }),
});

/** What `read` returns, or null if it throws one of these problems. Anything else that it throws fails. */
export function orProblem<T>(codes: ProblemCode[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    assertProblem(error, codes);
    return null;
  }
}

/** As {@link orProblem}, of a promise. */
export async function orProblemLater<T>(
  codes: ProblemCode[],
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    assertProblem(error, codes);
    return null;
  }
}

function assertProblem(error: unknown, codes: ProblemCode[]): void {
  if (!(error instanceof Problem)) throw error;
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
}

/** Any text, lone surrogates and control characters included, and often what a grammar is made of. */
export function textOf(grammar: string[] = []): fc.Arbitrary<string> {
  const pieces = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...grammar, " ", ",", ";", '"') },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  );
  return fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 30 }).map((texts) => texts.join("")),
  );
}

/** What a header can hold once it is received: a character for each byte. */
export function headerOf(grammar: string[] = []): fc.Arbitrary<string> {
  return textOf(grammar).map((text) =>
    text.replace(/[^\x20-\x7e\xa0-\xff]/gu, "").trim()
  );
}

/** Bytes in the pieces in which a network may deliver them. */
export function pieces(
  bytes: Uint8Array,
  cuts: number[],
): AsyncGenerator<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
    .sort((a, b) => a - b);
  return (async function* () {
    let start = 0;
    for (const end of ends) {
      if (end > start) yield bytes.slice(start, end);
      start = end;
    }
  })();
}

/** Where bytes are cut. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(), {
  maxLength: 8,
});

export async function joined(
  chunks: AsyncIterator<Uint8Array>,
): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    all.push(next.value);
  }
  return Buffer.concat(all);
}
