/** Cuts what a file has more than the store into appends. */
import type { MessageInput } from "../../src/index.ts";
import {
  bytesOf,
  countValues,
  MOST_BODY_BYTES,
  MOST_VALUES,
} from "../import/payload.ts";
import type { ReadFile } from "./local.ts";
import { messagesOf } from "./rows.ts";
import type { Tool } from "./tools.ts";

const MOST_MESSAGES = 100;

/** Appends of the rows from one on, each within the API's limits. */
export function* batchesOf(
  file: ReadFile,
  from: number,
  tool: Tool,
): Generator<MessageInput[], void, undefined> {
  let batch: MessageInput[] = [];
  let bytes = 0;
  let values = 0;
  let index = 0;
  for (const line of file.lines) {
    const count = file.rows[index]!.id.includes(".")
      ? Number(file.rows[index]!.id.split("/")[1])
      : 1;
    if (index + count > from) {
      for (const [piece, message] of messagesOf(line, tool).entries()) {
        if (index + piece < from) continue;
        const size = bytesOf(JSON.stringify(message));
        const count = countValues(message).values;
        if (
          batch.length === MOST_MESSAGES || bytes + size > MOST_BODY_BYTES ||
          values + count > MOST_VALUES
        ) {
          yield batch;
          [batch, bytes, values] = [[], 0, 0];
        }
        batch.push(message);
        bytes += size;
        values += count;
      }
    }
    index += count;
  }
  if (batch.length > 0) yield batch;
}
