/** Random JSON texts for a JSON Schema. Texts and not values: numbers and repeated members are part of the fuzz. */
import { resolve, type Schema } from "./documents.ts";
import { hostileJson, hostileText } from "./hostile.ts";
import type { Known } from "./known.ts";
import type { Dice } from "./random.ts";

export interface Maker {
  dice: Dice;
  document: Schema;
  /** Ids and names that exist. */
  known: Known;
  /** Once in how many values something else stands in its place; 0: never. */
  hostility: number;
}

/** No more of a list than this, however many the schema allows. */
const MAX_ITEMS = 4;

/** The JSON text of a value of `schema`; `name` is that of the member or parameter that it is for. */
export function jsonFor(maker: Maker, schema: Schema, name = ""): string {
  const { dice, document, hostility } = maker;
  if (hostility > 0 && dice.oneIn(hostility)) return hostileJson(dice);
  const found = resolve(document, schema) ?? {};
  const options = found.anyOf ?? found.oneOf;
  if (options) return jsonFor(maker, dice.pick(options), name);
  if (found.allOf) {
    return jsonFor(maker, Object.assign({}, ...found.allOf), name);
  }
  if ("const" in found) return JSON.stringify(found.const);
  if (found.enum) return JSON.stringify(dice.pick(found.enum));

  switch (typeOf(dice, found)) {
    case "null":
      return "null";
    case "boolean":
      return String(dice.oneIn(2));
    case "integer":
    case "number":
      return numberFor(dice, found);
    case "string":
      return JSON.stringify(textFor(maker, found, name));
    case "array":
      return listFor(maker, found, name);
    case "object":
      return objectFor(maker, found);
    default:
      return dice.pick(['"any"', "1", "{}", "[1,2]", '{"type":"text"}']);
  }
}

/** A string for a parameter or header, which may be no text of its schema. */
export function textOf(maker: Maker, schema: Schema, name: string): string {
  const { dice, hostility } = maker;
  if (hostility > 0 && dice.oneIn(hostility)) return hostileText(dice);
  const json = jsonFor({ ...maker, hostility: 0 }, schema, name);
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
}

function typeOf(dice: Dice, { type, properties, items }: Schema): string {
  if (Array.isArray(type)) return dice.pick(type);
  return type ?? (properties ? "object" : items ? "array" : "any");
}

function numberFor(dice: Dice, schema: Schema): string {
  const least = schema.minimum ?? (schema.exclusiveMinimum ?? -2) + 1;
  const most = Math.min(schema.maximum ?? 50, Number.MAX_SAFE_INTEGER);
  if (dice.oneIn(5)) return String(dice.pick([least, most]));
  return String(least + dice.below(Math.max(1, Math.min(most - least, 50))));
}

function textFor({ dice, known }: Maker, schema: Schema, name: string): string {
  const there = known.for(dice, name);
  if (there !== null && !dice.oneIn(8)) return there;
  if (schema.format === "uuid") return known.uuid(dice);
  if (schema.format === "date-time") {
    return dice.pick([
      "2026-01-01T00:00:00Z",
      "2020-02-29T23:59:59.999999+05:30",
    ]);
  }
  const least = schema.minLength ?? 0;
  const text = dice.pick([
    "hello",
    "a longer text, with words to be found",
    "naïve 日本語 🎉",
    "src/index.ts",
    `n${dice.below(40)}`,
    "x".repeat(Math.min(schema.maxLength ?? 300, 300)),
  ]);
  return text.length < least ? text.padEnd(least, "x") : text;
}

function listFor(maker: Maker, schema: Schema, name: string): string {
  const { dice } = maker;
  const least = schema.minItems ?? 0;
  const length = least +
    dice.below(Math.min((schema.maxItems ?? MAX_ITEMS) - least, MAX_ITEMS) + 1);
  // `file_ids` is a list of what `file_id` is one of.
  const items = Array.from(
    { length },
    () => jsonFor(maker, schema.items ?? {}, name.replace(/s$/, "")),
  );
  return `[${items.join(",")}]`;
}

function objectFor(maker: Maker, schema: Schema): string {
  const { dice, hostility } = maker;
  const required: string[] = schema.required ?? [];
  const members = Object.entries<Schema>(schema.properties ?? {})
    .filter(([name]) => required.includes(name) || dice.oneIn(2))
    .map(([name, property]) => [name, jsonFor(maker, property, name)]);
  if (schema.additionalProperties && dice.oneIn(2)) {
    members.push(["extra", dice.pick(['"text"', "1", "null", '{"a":[1]}'])]);
  }
  if (hostility > 0 && dice.oneIn(hostility)) {
    const place = dice.below(members.length + 1);
    // Unknown, doubled or taken away.
    if (dice.oneIn(3)) members.splice(place, 1);
    else if (dice.oneIn(2)) {
      members.push([hostileText(dice), hostileJson(dice)]);
    } else members.push(...members.slice(place, place + 1));
  }
  return `{${
    members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")
  }}`;
}
