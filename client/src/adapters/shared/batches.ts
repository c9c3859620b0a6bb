/** Divides what does not fit one append. */

/** What one append takes, with room for what surrounds the messages. */
const MESSAGES = 100;
const BYTES = 3_900_000;
const VALUES = 190_000;

/**
 * Groups items so that the messages of each group fit one append; the last `together` of them are in one group. A
 * message that fits none has a group of its own.
 */
export function batches<Item>(
  items: readonly Item[],
  messageOf: (item: Item) => unknown = (item) => item,
  together = 1,
): Item[][] {
  const groups: Item[][] = [];
  let bytes = 0;
  let values = 0;
  const end = Math.max(items.length - together, 0);
  const units = items.slice(0, end).map((item) => [item]);
  if (end < items.length) units.push(items.slice(end));
  for (const unit of units) {
    const text = JSON.stringify(unit.map(messageOf));
    const size = new TextEncoder().encode(text).byteLength;
    const count = valuesIn(text);
    const group = groups.at(-1);
    bytes += size;
    values += count;
    const fits = group && group.length + unit.length <= MESSAGES &&
      bytes <= BYTES && values <= VALUES;
    if (fits) {
      group.push(...unit);
    } else {
      groups.push([...unit]);
      bytes = size;
      values = count;
    }
  }
  return groups;
}

/** At least the number of values in a JSON text: each but the first follows one of these characters. */
export function valuesIn(text: string): number {
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x2c || unit === 0x3a || unit === 0x5b) values++;
  }
  return values;
}
