/** Whether a text is an SVG document. */

/**
 * What may stand before the root element: white space, declarations, comments and a document type,
 * which may hold declarations of its own. Each alternative begins with other characters, so that no
 * text is read twice.
 */
const PROLOGUE =
  /^\ufeff?(?:\s+|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"'<]|"[^"]*"|'[^']*'|<!--(?:[^-]|-(?!->))*-->|<(?!!--))*\]\s*)?>)*/i;

/**
 * Whether the first element is svg. A prologue that goes on behind the sample decides nothing: then
 * `ifUnfinished` does.
 */
export function looksLikeSvg(
  sample: Uint8Array,
  ifUnfinished: boolean,
): boolean {
  const text = decode(sample);
  const rest = text.slice(PROLOGUE.exec(text)?.[0].length ?? 0);
  if (/^<(?:[\w.-]+:)?svg[\s/>]/i.test(rest)) return true;
  return ifUnfinished && /^(?:<[?!]|$)/.test(rest);
}

function decode(sample: Uint8Array): string {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) {
    return new TextDecoder("utf-16le").decode(sample);
  }
  if (first === 0xfe && second === 0xff) {
    return new TextDecoder("utf-16be").decode(sample);
  }
  return new TextDecoder().decode(sample);
}
