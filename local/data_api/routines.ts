/**
 * The functions that can be called, and which of them a call means.
 * https://docs.postgrest.org/en/v14/references/api/functions.html
 */
import { distance } from "npm:fastest-levenshtein@1.0.16";
import { pgrst } from "./errors.ts";
import { EXPOSED, type Schema } from "./schema_cache.ts";

export interface Parameter {
  /** Empty if it has none. */
  name: string;
  type: string;
  /** The type for a value of any length. */
  anyLength: string;
  isRequired: boolean;
  isVariadic: boolean;
}

export interface Routine {
  name: string;
  parameters: Parameter[];
  returnsSet: boolean;
  returnsVoid: boolean;
  /** Whether a result has columns: it is an object then. */
  returnsRow: boolean;
  returnsBytes: boolean;
  returnsText: boolean;
  /** If the return type is a domain that is named like a media type. */
  mediaType: string | null;
  isVolatile: boolean;
  /** The function's own setting. */
  statementTimeout: string | null;
}

/** What a request says about the function that it means. */
export interface Wanted {
  name: string;
  /** The names of its arguments. */
  keys: string[];
  /** The media type of a POST's body, which may be a function's only argument; null for GET. */
  bodyType: string | null;
}

/** By media type of the body, the types of the only unnamed parameter that takes it whole. */
const WHOLE_BODY: Record<string, string[]> = {
  "application/json": ["json", "jsonb"],
  "text/plain": ["text"],
  "text/xml": ["xml"],
  "application/octet-stream": ["bytea"],
};

/** How many letters a name may be off for a hint. */
const SLIP = 3;

/** @throws {DataApiError} PGRST202 if there is no such function, PGRST203 if there are several. */
export function findRoutine({ routines }: Schema, wanted: Wanted): Routine {
  const named = routines.filter(({ name }) => name === wanted.name);
  const byName = named.filter((routine) => takesArguments(routine, wanted));
  const candidates = byName.length > 0
    ? byName
    : named.filter((routine) => takesWholeBody(routine, wanted.bodyType));
  const [found, another] = candidates;
  if (found === undefined) throw notFound(routines, named, wanted);
  if (another !== undefined) {
    throw pgrst("PGRST203", candidates.map(signature).join(", "), {
      hint:
        "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
    });
  }
  return found;
}

/** Every required parameter has an argument, and every argument a parameter. */
function takesArguments(
  { parameters }: Routine,
  { keys, bodyType }: Wanted,
): boolean {
  if (isWhole(bodyType)) return false;
  const given = new Set(keys);
  return parameters.every(({ name, isRequired }) =>
    name !== "" && (given.delete(name) || !isRequired)
  ) && given.size === 0;
}

/** Whether the function's only parameter has no name and is of the body's type. */
export function takesWholeBody(
  { parameters }: Routine,
  bodyType: string | null,
): boolean {
  const [only, another] = parameters;
  return bodyType !== null && only?.name === "" && another === undefined &&
    (WHOLE_BODY[bodyType] ?? []).includes(only.type);
}

/** A body that cannot hold named arguments. */
function isWhole(bodyType: string | null): boolean {
  return bodyType !== null && bodyType !== "application/json" &&
    bodyType in WHOLE_BODY;
}

function signature({ name, parameters }: Routine): string {
  const list = parameters.map(({ name, type }) => `${name} => ${type}`);
  return `${EXPOSED}.${name}(${list.join(", ")})`;
}

function notFound(
  routines: Routine[],
  named: Routine[],
  { name, keys, bodyType }: Wanted,
) {
  const full = `${EXPOSED}.${name}`;
  const list = keys.toSorted().join(", ");
  const searched = (how: string) =>
    `Searched for the function ${full}${how}, but no matches were found in the schema cache.`;
  if (isWhole(bodyType)) {
    const [type] = WHOLE_BODY[bodyType ?? ""] ?? [];
    return pgrst("PGRST202", full, {
      details: searched(` with a single unnamed ${type} parameter`),
    });
  }
  const parameters = keys.length === 0
    ? " without parameters"
    : ` with parameter${keys.length > 1 ? "s" : ""} ${list}`;
  const orWhole = bodyType === "application/json"
    ? " or with a single unnamed json/jsonb parameter"
    : "";
  const close = named.length === 0
    ? closest(name, routines.map((routine) => routine.name))
    : closest(
      `${name}(${list})`,
      named.map(({ parameters }) =>
        `${name}(${parameters.map(({ name }) => name).sort().join(", ")})`
      ),
      // Who knows the name of the function may be told what it takes.
      list.length,
    );
  const called = keys.length === 0 ? " without parameters" : `(${list})`;
  return pgrst("PGRST202", full + called, {
    details: searched(parameters + orWhole),
    hint: close && `Perhaps you meant to call the function ${EXPOSED}.${close}`,
  });
}

/** The one among `names` that is most like `name`, if it is like it at all. */
export function closest(
  name: string,
  names: string[],
  most = SLIP,
): string | null {
  const [best] = names.map((other) => ({ other, off: distance(name, other) }))
    .toSorted((a, b) => a.off - b.off);
  return best !== undefined && best.off <= most ? best.other : null;
}
