/** Parses Server-Sent Events: https://html.spec.whatwg.org/multipage/server-sent-events.html */

export interface StreamEvent {
  /** `message` if the stream does not say. */
  type: string;
  data: string;
}

/** The events in the lines of a stream. Comments, `id` and `retry` are ignored. */
export async function* eventsIn(
  lines: AsyncIterable<string>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let type = "";
  let data: string[] = [];
  for await (const line of lines) {
    if (line === "") {
      if (data.length > 0) {
        yield { type: type || "message", data: data.join("\n") };
      }
      type = "";
      data = [];
      continue;
    }
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === "event") type = value ?? "";
    if (name === "data") data.push(value ?? "");
  }
  // An event without the empty line after it is incomplete and does not count.
}
