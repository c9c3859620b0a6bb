/** Parses the parameters of a Content-Disposition, including ones that clients quote incorrectly. */

/** The beginning of a parameter: its name and the equals sign. */
const NAME = /;\s*([\w*-]+)\s*=\s*/g;

/** What may follow a value and white space: the next parameter, or the end of the header. */
const END = /;\s*(?:[\w*-]+\s*=|$)|$/y;

const WHITE_SPACE = /\s*/y;

/**
 * The parameters by their name in lower case. If a name is there twice, the first one counts. A value ends only
 * where the next parameter or the end of the header follows, because some clients do not escape quotes
 * (`filename="a"b".txt"`) or do not quote spaces (`filename=my file.txt`).
 */
export function dispositionParameters(header: string): Map<string, string> {
  const text = `;${header}`;
  const parameters = new Map<string, string>();
  NAME.lastIndex = 0;
  for (let match; (match = NAME.exec(text)) !== null;) {
    const [value, end] = text[NAME.lastIndex] === '"'
      ? quotedValue(text, NAME.lastIndex)
      : bareValue(text, NAME.lastIndex);
    const name = match[1]?.toLowerCase() ?? "";
    if (!parameters.has(name)) parameters.set(name, value);
    NAME.lastIndex = end;
  }
  return parameters;
}

/** The value of a quoted string, and where it ends. A backslash escapes only quotes and backslashes. */
function quotedValue(text: string, start: number): [string, number] {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
  } while (end >= 0 && (isEscaped(text, end) || !endsAt(text, end + 1)));
  const value = end < 0 ? text.slice(start + 1) : text.slice(start + 1, end);
  return [
    value.replace(/\\(["\\])/g, "$1"),
    end < 0 ? text.length : end + 1,
  ];
}

/** Whether a quote is escaped: after an odd number of backslashes, and not the last quote of the header. */
function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1 && text.indexOf('"', quote + 1) >= 0;
}

/** White space is skipped first, and never given back: the header may be 16 KiB of it. */
function endsAt(text: string, at: number): boolean {
  WHITE_SPACE.lastIndex = at;
  WHITE_SPACE.test(text);
  END.lastIndex = WHITE_SPACE.lastIndex;
  return END.test(text);
}

function bareValue(text: string, start: number): [string, number] {
  NAME.lastIndex = start;
  const next = NAME.exec(text)?.index ?? text.length;
  let end = next;
  while (end > start && /[\s;]/.test(text[end - 1] ?? "")) end--;
  return [text.slice(start, end), next];
}
