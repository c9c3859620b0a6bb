/** Texts with characters that Continuum refuses, as texts that it stores, and back. */

/** U+0000 and lone surrogates: neither PostgreSQL nor UTF-8 has them. */
const REFUSED = /\0|\p{Surrogate}/u;

/** What is escaped: the refused characters, and the character that marks an escape. */
const TO_ESCAPE = /[\0\x1a]|\p{Surrogate}/gu;
const ESCAPED = /\x1a([0-9a-f]{4})/g;

/** Whether a JSON value has a text, or a name of a member, that Continuum refuses. */
export function hasRefusedCharacters(value: unknown): boolean {
  if (typeof value === "string") return REFUSED.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, member]) =>
    REFUSED.test(name) || hasRefusedCharacters(member)
  );
}

/** The same JSON value with all its texts escaped. `unescaped` gives it back. */
export function escaped(value: unknown): unknown {
  return mapTexts(value, (text) =>
    text.replace(
      TO_ESCAPE,
      (character) =>
        "\x1a" + character.charCodeAt(0).toString(16).padStart(4, "0"),
    ));
}

/** What `escaped` was given. */
export function unescaped(value: unknown): unknown {
  return mapTexts(value, (text) =>
    text.replace(
      ESCAPED,
      (_, code: string) => String.fromCharCode(parseInt(code, 16)),
    ));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      change(name),
      mapTexts(member, change),
    ]),
  );
}
