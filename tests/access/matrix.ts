/**
 * The access matrix: what each thing that can be asked for comes to, for each of those who can ask. Routes,
 * SQL functions, tables and Storage are listed beside this file; a test fails if one is not.
 */
import type { Actor } from "../support/actors.ts";
import type { World } from "./world.ts";

/** Users by what they are to the conversation. */
export const userNames = [
  "owner",
  "editor",
  "viewer",
  /** A viewer who has not answered. */
  "invited",
  /** Has declined an editor's share. */
  "declined",
  "stranger",
] as const;

/** Bearers of what is no user's token. */
export const bearerNames = [
  /** The owner's token with another signature. */
  "forged",
  /** The owner's token, expired. */
  "expired",
  /** A token of another project's with the owner's claims. */
  "foreign",
  /** The token of an account that was deleted. */
  "departed",
  /** The publishable key as a token, as supabase-js sends it without a session. */
  "publishable",
  /** The secret key as a token, as supabase-js sends it. */
  "admin",
  /** Tokens of the project that are keys: the legacy anon and service_role keys. */
  "legacyAnon",
  "legacyService",
] as const;

/** Who asks. */
export const actorNames = [
  ...userNames,
  /** Has neither a token nor a key. */
  "nobody",
  /** Has the secret key in `apikey`, and no token. */
  "secret",
  ...bearerNames,
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
    secret: "unauthenticated",
    ...each(bearerNames, "invalid_token"),
    ...rest,
  };
}

/** The same for each of some actors. */
export function each<Name extends ActorName>(
  names: readonly Name[],
  outcome: Outcome,
): Record<Name, Outcome> {
  return Object.fromEntries(
    names.map((name) => [name, outcome]),
  ) as Record<Name, Outcome>;
}

export const readers = outcomes("ok", "ok", "ok", "empty");
/** As readers, but what is asked for by its id is there or not. */
export const seers = outcomes("ok", "ok", "ok", "not_found");
export const writers = outcomes("ok", "ok", "read_only", "not_found");
export const owners = outcomes("ok", "owner_only", "owner_only", "not_found");
export const ownerAlone = outcomes("ok", "not_found", "not_found", "not_found");
/** What is listed: an invitation that is not accepted is not. */
export const listed = outcomes("ok", "ok", "ok", "empty", { invited: "empty" });
/** Every user, whatever they are to the conversation. */
export const everybody = outcomes("ok", "ok", "ok", "ok");
/** Users and all others. */
export const anybody: Outcomes = each(actorNames, "ok");
export const maintenance: Outcomes = {
  ...each(actorNames, "unauthenticated"),
  secret: "ok",
  admin: "ok",
};

/**
 * The same where the platform is asked, which refuses what has no grant. It takes the token of a deleted account,
 * and the function looks.
 */
export function direct(asked: Outcomes): Outcomes {
  return {
    ...asked,
    nobody: "refused",
    secret: "refused",
    ...each(bearerNames, "refused"),
    departed: asked.departed,
  };
}

/** For service_role alone: it is the role of the secret key and of the legacy one. */
export const serviceOnly: Outcomes = {
  ...each(actorNames, "refused"),
  secret: "ok",
  admin: "ok",
  legacyService: "ok",
};

export function changesWorld(
  { outcomes, changes = false }: Case,
  name: ActorName,
): boolean {
  return Array.isArray(changes)
    ? changes.includes(name)
    : changes && outcomes[name] === "ok";
}
