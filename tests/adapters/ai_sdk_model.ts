/** Models that answer what a test tells them to. */
import { simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

type Call = Parameters<MockLanguageModelV4["doStream"]>[0];
type Chunk = Awaited<
  ReturnType<MockLanguageModelV4["doStream"]>
>["stream"] extends ReadableStream<infer C> ? C : never;

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** A step that says something. */
export function saying(text: string): Chunk[] {
  return [
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "t" },
    ...(text.match(/.{1,4}/gsu) ?? []).map((delta) => ({
      type: "text-delta" as const,
      id: "t",
      delta,
    })),
    { type: "text-end", id: "t" },
    finished("stop"),
  ];
}

/** A step that calls a tool. */
export function calling(toolName: string, input: unknown): Chunk[] {
  return [
    { type: "stream-start", warnings: [] },
    {
      type: "tool-call",
      toolCallId: crypto.randomUUID(),
      toolName,
      input: JSON.stringify(input),
    },
    finished("tool-calls"),
  ];
}

function finished(unified: "stop" | "tool-calls"): Chunk {
  return {
    type: "finish",
    finishReason: { unified, raw: undefined },
    usage: USAGE,
  };
}

/** A model whose steps are given by `next`; `calls` are the prompts that it has been given. */
export function modelOf(
  next: (call: Call, index: number) => Chunk[] | ReadableStream<Chunk>,
): MockLanguageModelV4 {
  let index = 0;
  return new MockLanguageModelV4({
    doStream: (call) => {
      const step = next(call, index++);
      return Promise.resolve({
        stream: Array.isArray(step)
          ? simulateReadableStream({
            chunks: step,
            initialDelayInMs: null,
            chunkDelayInMs: null,
          })
          : step,
      });
    },
  });
}

/** A model that counts its answers. */
export function counting(): MockLanguageModelV4 {
  return modelOf((_, index) => saying(`This is answer ${index + 1}.`));
}

/** A step that says `text` and then nothing more until it is aborted. */
export function hanging(call: Call, text: string): ReadableStream<Chunk> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: "stream-start", warnings: [] });
      controller.enqueue({ type: "text-start", id: "t" });
      if (text) {
        controller.enqueue({ type: "text-delta", id: "t", delta: text });
      }
      call.abortSignal?.addEventListener("abort", () => {
        controller.error(call.abortSignal?.reason);
      });
    },
  });
}
