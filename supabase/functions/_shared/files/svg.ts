/** Recognises SVG documents. */

/**
 * What may come before the root element: white space, declarations, comments, and a document type, which may contain
 * declarations itself. The alternatives begin with different characters, so matching takes linear time.
 */
const PROLOGUE =
  /^\ufeff?(?:\s+|<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"'<]|"[^"]*"|'[^']*'|<!--(?:[^-]|-(?!->))*-->|<(?!!--))*\]\s*)?>)*/i;

/**
 * Whether the first element of a text is `svg`.
 *
 * @param ifUnfinished the result if the prologue is longer than the sample.
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
