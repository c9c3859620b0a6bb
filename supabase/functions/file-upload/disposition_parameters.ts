/** The parameters of a Content-Disposition, as they should be written and as they are. */

/** Where a parameter begins: its name and the equals sign. */
const NAME = /;\s*([\w*-]+)\s*=\s*/g;

/** What follows a value: the next parameter, or the end. */
const END = /\s*(?:;\s*[\w*-]+\s*=|;?\s*$)/y;

/**
 * Parameters by name, in lower case; of several with one name, the first. A quoted value ends at the
 * quote that another parameter or the end follows, since some clients do not escape quotes
 * (`filename="a"b".txt"`), and a bare one there too, since some do not quote spaces
 * (`filename=my file.txt`).
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

/** The value of a quoted string, and where it ends. Only quotes and backslashes are escaped. */
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

/** Whether an odd number of backslashes stands before a quote that does not end the header. */
function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1 && text.indexOf('"', quote + 1) >= 0;
}

function endsAt(text: string, at: number): boolean {
  END.lastIndex = at;
  return END.test(text);
}

function bareValue(text: string, start: number): [string, number] {
  NAME.lastIndex = start;
  const next = NAME.exec(text)?.index ?? text.length;
  return [text.slice(start, next).replace(/[\s;]+$/, ""), next];
}
