/** One case of who may change what, and how to tell whether it has happened. */
import type { Actor } from "../support/actors.ts";
import type { State, World } from "./world.ts";

export interface Write {
  what: string;
  /** The names of the actors for whom it happens; for everybody else nothing changes. */
  allowed: string;
  run: (actor: Actor, world: World) => PromiseLike<unknown>;
  /** Whether it has happened. */
  happened: (after: State, world: World, actor: Actor) => boolean;
}

export const everybody = "owner viewer editor stranger";
export const table = (actor: Actor, name: string) => actor.supabase.from(name);

/** Whether a row of a table has these values. */
export const has = (
  rows: Record<string, unknown>[],
  values: Record<string, unknown>,
) =>
  rows.some((row) =>
    Object.entries(values).every(([key, value]) => row[key] === value)
  );
