/** A made-up model, so that the example needs no account: put yours in its place, such as `openai("gpt-…")`. */
import { type LanguageModel, simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

/** How long a word takes, in milliseconds. */
const { WORD_MS = "60" } = process.env;

let answers = 0;

export const model: LanguageModel = new MockLanguageModelV4({
  doStream({ prompt }) {
    const said = prompt.flatMap(({ role, content }) =>
      role === "user"
        ? content.map((part) => part.type === "text" ? part.text : "").join("")
        : []
    );
    const text = `Answer ${++answers}. You have told me ${said.length} ` +
      `${said.length === 1 ? "thing" : "things"}. The last was: ${said.at(-1)}`;
    const words = text.match(/\s*\S+/g) ?? [];
    return Promise.resolve({
      stream: simulateReadableStream({
        initialDelayInMs: null,
        chunkDelayInMs: Number(WORD_MS),
        chunks: [
          { type: "text-start", id: "text" },
          ...words.map((delta) => ({
            type: "text-delta" as const,
            id: "text",
            delta,
          })),
          { type: "text-end", id: "text" },
          {
            type: "finish",
            finishReason: { unified: "stop", raw: undefined },
            usage: {
              inputTokens: {
                total: undefined,
                noCache: undefined,
                cacheRead: undefined,
                cacheWrite: undefined,
              },
              outputTokens: {
                total: words.length,
                text: words.length,
                reasoning: undefined,
              },
            },
          },
        ],
      }),
    });
  },
});
