/**
 * The access matrix: what each thing that can be asked for comes to, for each of those who can ask. Routes,
 * SQL functions, tables and Storage are listed beside this file; a test fails if one is not.
 */
import type { Actor } from "../support/actors.ts";
import type { World } from "./world.ts";

/** Who asks. `invited` is a viewer who has not answered, `declined` one who has declined an editor's share. */
export const actorNames = [
  "owner",
  "editor",
  "viewer",
  "invited",
  "declined",
  "stranger",
  "nobody",
  /** Has the owner's token with another signature. */
  "forged",
  /** Has the project's secret key and is no user. */
  "secret",
] as const;
export type ActorName = (typeof actorNames)[number];

/**
 * What it comes to: `ok`; `empty`, an answer that shows nothing; `elsewhere`, done to something of the
 * actor's own; `nothing`, a statement that touches no row; `refused`, by the platform, and nothing is done;
 * else the code of the API's problem.
 */
export type Outcome = string;
export type Outcomes = Record<ActorName, Outcome>;

export interface Told {
  outcome: Outcome;
  /** What else the actor learned: a hidden thing and a missing one must read alike. */
  body?: unknown;
}

export interface Case {
  /** The route, function or table that it covers. */
  covers: string;
  /** What is asked of it, if it is asked in several ways. */
  what?: string;
  run: (actor: Actor, world: World) => Promise<Told>;
  outcomes: Outcomes;
  /** The outcomes that change the world; `true`: every `ok`. */
  changes?: boolean | ActorName[];
  /** Whether it needs a world that no other case has left anything in, or made others after. */
  ownWorld?: boolean;
}

/** Outcomes by what one is to the conversation; `rest` says who differs. */
export function outcomes(
  owner: Outcome,
  editor: Outcome,
  viewer: Outcome,
  outsider: Outcome,
  rest: Partial<Outcomes> = {},
): Outcomes {
  return {
    owner,
    editor,
    viewer,
    invited: viewer,
    declined: outsider,
    stranger: outsider,
    nobody: "unauthenticated",
    forged: "invalid_token",
    secret: "unauthenticated",
    ...rest,
  };
}

export const readers = outcomes("ok", "ok", "ok", "empty");
/** As readers, but what is asked for by its id is there or not. */
export const seers = outcomes("ok", "ok", "ok", "not_found");
export const writers = outcomes("ok", "ok", "read_only", "not_found");
export const owners = outcomes("ok", "owner_only", "owner_only", "not_found");
export const ownerAlone = outcomes("ok", "not_found", "not_found", "not_found");
/** What is listed: an invitation that is not accepted is not. */
export const listed = outcomes("ok", "ok", "ok", "empty", { invited: "empty" });
export const everybody = outcomes("ok", "ok", "ok", "ok");
export const maintenance = outcomes(
  "unauthenticated",
  "unauthenticated",
  "unauthenticated",
  "unauthenticated",
  { forged: "unauthenticated", secret: "ok" },
);

/** The same where the platform is asked, which refuses what has no grant. */
export function direct(asked: Outcomes): Outcomes {
  return { ...asked, nobody: "refused", forged: "refused", secret: "refused" };
}

/** For service_role alone. */
export const serviceOnly: Outcomes = {
  ...direct(outcomes("refused", "refused", "refused", "refused")),
  secret: "ok",
};

export function changesWorld(
  { outcomes, changes = false }: Case,
  name: ActorName,
): boolean {
  return Array.isArray(changes)
    ? changes.includes(name)
    : changes && outcomes[name] === "ok";
}
