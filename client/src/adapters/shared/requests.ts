/** Divides messages among requests that the API takes. */
import type { MessageInput } from "../../types.ts";

const MOST_MESSAGES = 100;

/** Of 4 MiB, the rest is left to what surrounds the messages. */
const MOST_BYTES = 3_900_000;

/** Of 200,000, as above. */
const MOST_VALUES = 190_000;

/** The messages in as few requests as possible, in order. The last `together` of them are in one request. */
export function inRequests(
  messages: readonly MessageInput[],
  together = 1,
): MessageInput[][] {
  const requests: MessageInput[][] = [];
  let rest = { messages: Infinity, bytes: 0, values: 0 };
  const groups = messages.slice(0, messages.length - together)
    .map((message) => [message]);
  groups.push(messages.slice(messages.length - together));
  for (const group of groups) {
    const text = JSON.stringify(group);
    const bytes = new TextEncoder().encode(text).byteLength;
    const values = valuesIn(text);
    const fits = rest.messages + group.length <= MOST_MESSAGES &&
      rest.bytes + bytes <= MOST_BYTES && rest.values + values <= MOST_VALUES;
    if (!fits) {
      rest = { messages: 0, bytes: 0, values: 0 };
      requests.push([]);
    }
    rest.messages += group.length;
    rest.bytes += bytes;
    rest.values += values;
    requests.at(-1)!.push(...group);
  }
  return requests;
}

/** At least the number of JSON values, for each but the first follows one of these. */
export function valuesIn(text: string): number {
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x2c || unit === 0x3a || unit === 0x5b) values++;
  }
  return values;
}
