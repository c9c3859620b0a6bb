/** The SQL of a call: the arguments cast to the parameters' types, the result made into a response's body. */
import type { Arguments, Call } from "./arguments.ts";
import type { Media } from "./media.ts";
import { type Parameter, type Routine, takesWholeBody } from "./routines.ts";
import { EXPOSED } from "./schema_cache.ts";
import type { Row, Statement } from "./pipeline.ts";

/** How many rows of a set a response has at most: `max_rows` of supabase/config.toml. */
const MAX_ROWS = 1000;

export interface Result {
  /** See {@link isEscapedLater}; null for NULL. */
  body: string | null;
  /** Rows in the body. */
  rows: number;
  /** Rows of the whole set, if they were to be counted. */
  total: number | null;
  /** What the function has set as `response.headers` and `response.status`. */
  headers: string | null;
  status: string | null;
}

/** @param counts whether to count the rows of the whole set. */
export function callStatement(
  routine: Routine,
  call: Call,
  media: Media,
  counts: boolean,
): Statement {
  const { source, list, parameters } = passed(routine, call);
  const called = `${quoted(EXPOSED)}.${quoted(routine.name)}(${list})`;
  // A function whose result has columns is called as a table, so that a NULL has them too.
  const rows = routine.returnsRow
    ? `select answer.* from ${source}${source && ", lateral "}${called} answer`
    : `select ${called} as answer${source && ` from ${source}`}`;
  const one = routine.returnsRow ? "answer" : "answer.answer";
  const text = routine.returnsSet
    ? `with every as (${rows}), page as (select * from every limit ${MAX_ROWS}) select ${
      ofSet(one, media)
    }, count(*)::text, ${
      counts ? "(select count(*) from every)::text" : "null"
    }, ${RESPONSE} from page answer`
    : `select ${ofOne(one, routine, media)}, '1', ${
      counts ? "'1'" : "null"
    }, ${RESPONSE} from (${rows} offset 0) answer`;
  return { text, parameters };
}

const RESPONSE = ["headers", "status"].map((name) =>
  `nullif(current_setting('response.${name}', true), '')`
).join(", ");

function ofSet(one: string, media: Media): string {
  return media.kind === "object"
    ? `coalesce((json_agg(${one}) -> 0)::text, 'null')`
    : `coalesce(json_agg(${one})::text, '[]')`;
}

function ofOne(one: string, routine: Routine, media: Media): string {
  // Named, though nobody reads it: PostgreSQL does not compute what nothing asks for.
  if (routine.returnsVoid) return `${one}::text`;
  if (isEscapedLater(routine, media)) return one;
  if (media.kind !== "raw") return `coalesce(to_json(${one})::text, 'null')`;
  return routine.returnsBytes
    ? `encode(${one}, 'hex')`
    : `coalesce(${one}::text, '')`;
}

/**
 * Whether the result is a text that is not yet the JSON string of the response: to_json takes a quarter of the time of
 * a page of 100 messages, and JSON.stringify, which escapes alike, a tenth of that.
 */
export function isEscapedLater(
  { returnsSet, returnsText }: Routine,
  media: Media,
): boolean {
  return returnsText && !returnsSet && media.kind !== "raw";
}

/** Where the arguments come from, and how they are passed. */
interface Passed {
  /** What the call selects from; empty for nothing. */
  source: string;
  list: string;
  parameters: string[];
}

/** A byte order mark is a character like any other in PostgreSQL. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function passed(routine: Routine, call: Call): Passed {
  if (takesWholeBody(routine, call.bodyType)) {
    const [parameter] = routine.parameters;
    return parameter?.type === "bytea"
      ? {
        source: "",
        list: "decode($1::text, 'hex')",
        parameters: [call.body.toHex()],
      }
      : {
        source: "",
        list: `$1::text::${parameter?.type}`,
        parameters: [decoder.decode(call.body)],
      };
  }
  const { arguments: given } = call;
  const parameters = routine.parameters.filter(({ name }) =>
    given.keys.includes(name)
  );
  if (parameters.length === 0) return { source: "", list: "", parameters: [] };
  return given.kind === "json"
    ? passedAsJson(given, parameters)
    : passedAsText(given, parameters);
}

/** PostgreSQL reads the object itself, so that it decides what of JSON fits which type. */
function passedAsJson(
  { text, isArray }: Extract<Arguments, { kind: "json" }>,
  parameters: Parameter[],
): Passed {
  const columns = parameters.map(({ name, anyLength }) =>
    `${quoted(name)} ${anyLength}`
  ).join(", ");
  const source = isArray
    ? `(select * from json_to_recordset($1::text::json) as body(${columns}) limit 1) body`
    : `json_to_record($1::text::json) as body(${columns})`;
  return {
    source,
    list: named(parameters, ({ name }) => `body.${quoted(name)}`),
    parameters: [text],
  };
}

function passedAsText(
  given: Arguments,
  parameters: Parameter[],
): Passed {
  const values = given.kind === "text" ? given.values : new Map();
  return {
    source: "",
    list: named(
      parameters,
      ({ anyLength }, index) => `$${index + 1}::text::${anyLength}`,
    ),
    parameters: parameters.map(({ name, isVariadic }) => {
      const all: string[] = values.get(name) ?? [];
      return isVariadic ? arrayLiteral(all) : all.at(-1) ?? "";
    }),
  };
}

function named(
  parameters: Parameter[],
  value: (parameter: Parameter, index: number) => string,
): string {
  return parameters.map((parameter, index) =>
    `${parameter.isVariadic ? "variadic " : ""}${quoted(parameter.name)} => ${
      value(parameter, index)
    }`
  ).join(", ");
}

function arrayLiteral(values: string[]): string {
  const items = values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`);
  return `{${items.join(",")}}`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** The columns that {@link callStatement} selects. */
export function resultOf(
  [body = null, rows, total = null, headers = null, status = null]: Row,
): Result {
  return {
    body,
    rows: Number(rows),
    total: total === null ? null : Number(total),
    headers,
    status,
  };
}
