/** assistant-ui's local runtime, without React, with a made-up model and a thread kept by Continuum. */
import { LocalRuntimeCore } from "@assistant-ui/core/internal";
import type {
  AppendMessage,
  ChatModelAdapter,
  ThreadAssistantMessagePart,
  ThreadHistoryAdapter,
  ThreadMessage,
} from "@assistant-ui/react";

export type Thread = ReturnType<
  LocalRuntimeCore["threads"]["getMainThreadRuntimeCore"]
>;

/** A model whose answers are given by `next`. */
export function modelOf(
  next: (index: number) => readonly ThreadAssistantMessagePart[],
): ChatModelAdapter {
  let index = 0;
  return {
    run: () => {
      const content = next(index++);
      const isAsking = content.some(({ type }) => type === "tool-call");
      return Promise.resolve({
        content,
        ...isAsking && {
          status: { type: "requires-action", reason: "tool-calls" },
        },
      });
    },
  };
}

/** A model that counts its answers. */
export function counting(): ChatModelAdapter {
  return modelOf((index) => [{
    type: "text",
    text: `This is answer ${index + 1}.`,
  }]);
}

/** A thread as a page shows it that has just been opened. */
export async function opened(
  history: ThreadHistoryAdapter,
  chatModel: ChatModelAdapter = counting(),
): Promise<Thread> {
  const runtime = new LocalRuntimeCore({
    adapters: { chatModel, history },
    unstable_humanToolNames: ["ask"],
  }, undefined);
  const thread = runtime.threads.getMainThreadRuntimeCore();
  await thread.__internal_load();
  return thread;
}

/** Says something after `parentId`, by default at the end of what is shown. */
export async function say(
  thread: Thread,
  text: string,
  parentId: string | null = thread.messages.at(-1)?.id ?? null,
): Promise<void> {
  const message: AppendMessage = {
    role: "user",
    content: [{ type: "text", text }],
    attachments: [],
    metadata: { custom: {} },
    createdAt: new Date(),
    parentId,
    sourceId: null,
    runConfig: {},
  };
  await thread.append(message);
}

/** What a thread has, as JSON: all branches, and which is shown. */
export function contentOf(thread: Thread): unknown {
  return JSON.parse(JSON.stringify(thread.export()));
}

export function textsOf(messages: readonly ThreadMessage[]): string[] {
  return messages.map(({ content }) =>
    content.map((part) => part.type === "text" ? part.text : `(${part.type})`)
      .join("")
  );
}
