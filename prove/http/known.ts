/** Ids, names and cursors that answers have told, to ask for again. */
import type { Dice } from "./random.ts";

/** As many of a kind as are remembered. */
const MAX_REMEMBERED = 24;

/** Under which names of answers the values of a parameter are. */
const SOURCES: Record<string, string[]> = {
  continuation_id: ["conversation", "continuation_id"],
  conversation_id: ["openai_conversation", "conversation"],
  file_id: ["file", "openai_file"],
  item_id: ["openai_item", "message"],
  message: ["seq", "message"],
  user_id: ["user"],
  cursor: ["next_cursor"],
  after: ["openai_conversation", "openai_item", "openai_file", "seq"],
  before: ["seq"],
  uri: ["uri"],
};

export class Known {
  readonly #values = new Map<string, string[]>();

  add(kind: string, value: string): void {
    const values = this.#values.get(kind) ?? [];
    if (values.includes(value)) return;
    values.push(value);
    if (values.length > MAX_REMEMBERED) values.shift();
    this.#values.set(kind, values);
  }

  /** A value for a parameter of that name; null if none is known. */
  for(dice: Dice, name: string): string | null {
    const kinds = (SOURCES[name] ?? []).filter((kind) =>
      this.#values.has(kind)
    );
    return kinds.length === 0 ? null : dice.pick(
      this.#values.get(dice.pick(kinds)) ?? [],
    ) ?? null;
  }

  /** A UUID, of something that exists or not. */
  uuid(dice: Dice): string {
    const kind = dice.pick(["conversation", "file", "message", "user"]);
    const values = this.#values.get(kind);
    if (values && !dice.oneIn(3)) return dice.pick(values);
    const hex = Array.from({ length: 32 }, () => dice.below(16).toString(16));
    return hex.join("").replace(
      /(.{8})(.{4})(.{4})(.{4})(.{12})/,
      "$1-$2-$3-$4-$5",
    );
  }

  /** Remembers what an answer holds, however deep. */
  learn(answer: unknown, depth = 0): void {
    if (typeof answer !== "object" || answer === null || depth > 6) return;
    if (Array.isArray(answer)) {
      for (const element of answer.slice(0, 5)) this.learn(element, depth + 1);
      return;
    }
    const members = answer as Record<string, unknown>;
    const { id, object } = members;
    if (typeof id === "string") this.add(kindOf(id, object, members), id);
    for (const [name, value] of Object.entries(members)) {
      if (name === "continuation_id" && typeof value === "string") {
        this.add("continuation_id", value);
      } else if (name === "next_cursor" && typeof value === "string") {
        this.add("next_cursor", value);
      } else if (name === "seq" && typeof value === "number") {
        this.add("seq", String(value));
      } else if (
        /^(owner|user|author)_id$/.test(name) && typeof value === "string"
      ) {
        this.add("user", value);
      } else this.learn(value, depth + 1);
    }
  }
}

function kindOf(
  id: string,
  object: unknown,
  members: Record<string, unknown>,
): string {
  if (object === "conversation") return "openai_conversation";
  if (object === "file") return "openai_file";
  if (!/^[0-9a-f-]{36}$/.test(id)) return "openai_item";
  if ("continuation_id" in members) return "conversation";
  return "original_name" in members ? "file" : "message";
}
