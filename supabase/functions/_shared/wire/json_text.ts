/**
 * Takes JSON text apart without parsing its values, so that they can be passed on as they were sent: JavaScript
 * would round numbers, reorder members and rewrite escapes. The text must be JSON; nothing is checked.
 */

/** The members of an object in order: each key, and the text of its value. A repeated key is there repeatedly. */
export function membersOf(object: string): [key: string, value: string][] {
  return elementsOf(object).map((member) => {
    const end = endOfString(member, 0) + 1;
    const colon = member.indexOf(":", end);
    return [JSON.parse(member.slice(0, end)), member.slice(colon + 1).trim()];
  });
}

/** The text of each element of an array, or of each member of an object. */
export function elementsOf(container: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < container.length; at++) {
    const character = container[at];
    if (character === '"') at = endOfString(container, at);
    else if (character === "{" || character === "[") {
      if (depth++ === 0) start = at + 1;
    } else if (character === "," && depth === 1) {
      elements.push(container.slice(start, at).trim());
      start = at + 1;
    } else if (character === "}" || character === "]") {
      if (--depth === 0) elements.push(container.slice(start, at).trim());
    }
  }
  return elements[0] === "" ? [] : elements;
}

/** The text of an object with these members. */
export function objectText(members: [key: string, value: string][]): string {
  return `{${
    members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")
  }}`;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1;;) {
    const quote = text.indexOf('"', at);
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (quote < 0 || backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
