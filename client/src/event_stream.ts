/** Server-Sent Events, as the HTML standard defines them. */

export interface StreamEvent {
  /** `message` if the stream does not name another. */
  type: string;
  data: string;
}

/** The events in a stream's lines. Comments and fields without a use here are left out. */
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
  // An event without its empty line is incomplete: it will come again.
}
