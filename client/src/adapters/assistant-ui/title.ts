/** Titles of threads. */
import type {
  RemoteThreadListAdapter,
  ThreadMessage,
} from "@assistant-ui/react";

type TitleStream = Awaited<
  ReturnType<RemoteThreadListAdapter["generateTitle"]>
>;
type Chunk = TitleStream extends ReadableStream<infer C> ? C : never;

/** How much of a message is a title. */
const TITLE_CHARACTERS = 60;

/** The beginning of what the user has said first. */
export function firstWords(messages: readonly ThreadMessage[]): string {
  const first = messages.find(({ role }) => role === "user");
  const text = (first?.content ?? [])
    .map((part) => part.type === "text" ? part.text : "")
    .join(" ").replace(/\s+/g, " ").trim();
  const characters = [...text];
  if (characters.length <= TITLE_CHARACTERS) return text;
  const begin = characters.slice(0, TITLE_CHARACTERS).join("");
  return `${begin.replace(/\s\S*$/, "")} …`;
}

/** A title as the stream that the runtime reads. */
export function titleStream(title: string): TitleStream {
  const chunks: Chunk[] = title === "" ? [] : [
    { type: "part-start", part: { type: "text" }, path: [] },
    { type: "text-delta", textDelta: title, path: [0] },
    { type: "part-finish", path: [0] },
  ];
  return new ReadableStream<Chunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
