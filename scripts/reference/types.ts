/** A schema in a few words, for a table. */
import { type Document, resolve, type Schema } from "./document.ts";

/** Such as `string, 1 to 255 characters` or `array of Message, at most 100`. Objects link to their own table. */
export function typeOf(document: Document, schema: Schema): string {
  const name = schema.$ref?.split("/").at(-1);
  const whole = resolve(document, schema);
  if (whole.const !== undefined) return code(whole.const);
  if (whole.enum !== undefined) {
    return whole.enum.filter((value) => value !== null).map(code).join(", ");
  }
  const choices = whole.anyOf ?? whole.oneOf;
  if (choices !== undefined) {
    const types = choices.map((choice) => typeOf(document, choice));
    return [...new Set(types)].filter((type) => type !== "null").join(" or ");
  }
  const type = [whole.type ?? "any"].flat().filter((each) => each !== "null")
    .join(" or ");
  if (type === "array" && whole.items) {
    const most = whole.maxItems === undefined
      ? ""
      : `, at most ${count(whole.maxItems)}`;
    return `array of ${typeOf(document, whole.items)}${most}`;
  }
  if (type === "object" && name !== undefined) {
    return `[${name}](#${name.toLowerCase()})`;
  }
  return `${whole.format === "uuid" ? "UUID" : type}${bounds(whole)}`;
}

function bounds({ minimum, maximum, minLength, maxLength }: Schema): string {
  // Ends of the range of a safe integer say nothing to a reader.
  const isSaid = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < 2 ** 53 - 1;
  const low = isSaid(minimum) ? count(minimum!) : null;
  const high = isSaid(maximum) ? count(maximum!) : null;
  if (low !== null && high !== null) return `, ${low} to ${high}`;
  if (low !== null) return `, ${low} or more`;
  if (high !== null) return `, at most ${high}`;
  if (maxLength !== undefined) {
    return `, ${minLength ? `${minLength} to ` : "at most "}${
      count(maxLength)
    } characters`;
  }
  return "";
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
