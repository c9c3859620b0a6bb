/** Divides what does not fit one append. */

/** What one append takes, with room for what surrounds the messages. */
const MESSAGES = 100;
const BYTES = 3_500_000;

/** Groups items so that the messages of each group fit one append. A message that fits none has a group of its own. */
export function batches<Item>(
  items: readonly Item[],
  messageOf: (item: Item) => unknown,
): Item[][] {
  const groups: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = new TextEncoder().encode(JSON.stringify(messageOf(item)))
      .byteLength;
    const group = groups.at(-1);
    if (!group || group.length >= MESSAGES || bytes + size > BYTES) {
      groups.push([item]);
      bytes = size;
    } else {
      group.push(item);
      bytes += size;
    }
  }
  return groups;
}
