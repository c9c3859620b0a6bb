/**
 * Recognises binary data that a client library turned into JSON by mistake. `functions.invoke` of supabase-js does
 * that to a body that is not a string, Blob, ArrayBuffer or FormData.
 */
import { textTypeOf } from "./text_types.ts";

/** Fewer numbers than this are more likely a small map or list that the client means. */
const MIN_BYTES = 8;

/**
 * Whether a text is a serialised Uint8Array (`{"0":137,"1":80,…}`) or Buffer of Node
 * (`{"type":"Buffer","data":[137,80,…]}`). A file that is named as JSON never is.
 *
 * @param sample the first bytes of the text, or all of a shorter one.
 */
export function isSerializedBytes(sample: Uint8Array, name: string): boolean {
  // Few texts begin with a brace and a quote, so hardly any has to be decoded.
  if (sample[0] !== 0x7b || sample[1] !== 0x22) return false;
  if (textTypeOf(name) === "text/json") return false;
  const text = new TextDecoder("latin1").decode(sample);
  return areBytes(text, '{"0":', "}", (index) => `"${index}":`) ||
    areBytes(text, '{"type":"Buffer","data":[', "]}", () => "");
}

/** Whether numbers from 0 to 255, each after its prefix, are all that follows the beginning of a text. */
function areBytes(
  text: string,
  beginning: string,
  end: string,
  prefixOf: (index: number) => string,
): boolean {
  if (!text.startsWith(beginning)) return false;
  const entries = text.slice(beginning.length - prefixOf(0).length).split(",");
  const last = entries.pop() ?? "";
  // A sample that does not end like that is cut off in its last entry.
  if (last.endsWith(end)) entries.push(last.slice(0, -end.length));
  return entries.length >= MIN_BYTES &&
    entries.every((entry, index) => {
      const prefix = prefixOf(index);
      return entry.startsWith(prefix) && isByte(entry.slice(prefix.length));
    });
}

function isByte(digits: string): boolean {
  return /^\d{1,3}$/.test(digits) && Number(digits) <= 255;
}
