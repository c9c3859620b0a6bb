/** A chat's route as an application has it, over HTTP: the AI SDK with a made-up model, and Continuum. */
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  generateId,
  isStepCount,
  type LanguageModel,
  streamText,
  type ToolSet,
  toUIMessageStream,
  type UIMessage,
  validateUIMessages,
} from "ai";
import { Chat } from "@ai-sdk/react";
import {
  lastMessageOnly,
  openChat,
  type OpenOptions,
  withStoreErrors,
} from "../../client/src/adapters/ai-sdk/index.ts";
import { type Continuum, ContinuumError } from "../../client/src/index.ts";

export interface ServerOptions extends OpenOptions {
  tools?: ToolSet;
  /** Whether each step of an answer is stored when it ends. */
  storesSteps?: boolean;
  /** Whether an answer goes on when nobody reads it any more. */
  goesOn?: boolean;
}

export interface ChatServer {
  url: string;
  /** Resolves when every answer that has begun is stored, or has failed to be. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Serves one user's chats. */
export function serveChats(
  continuum: Continuum,
  model: LanguageModel,
  options: ServerOptions = {},
): ChatServer {
  const running = new Set<Promise<void>>();
  const ending = new AbortController();
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      signal: ending.signal,
      onListen() {},
    },
    async (request) => {
      try {
        return await answer(request);
      } catch (error) {
        if (!(error instanceof ContinuumError)) throw error;
        return new Response(error.detail, { status: error.status || 502 });
      }
    },
  );

  async function answer(request: Request): Promise<Response> {
    const { tools, storesSteps, goesOn } = options;
    const body = await request.json();
    const chat = await openChat(continuum, body.id, options);
    const messages = await validateUIMessages({
      messages: await chat.receive(body),
      tools,
    });
    const result = streamText({
      model,
      tools,
      messages: await convertToModelMessages(messages, { tools }),
      stopWhen: isStepCount(5),
      abortSignal: goesOn ? undefined : request.signal,
      onError() {},
    });
    const stored = Promise.withResolvers<void>();
    running.add(stored.promise);
    const stream = withStoreErrors(toUIMessageStream({
      stream: result.stream,
      originalMessages: chat.originalMessages,
      generateMessageId: generateId,
      onStepEnd: storesSteps ? chat.put : undefined,
      onEnd: (end) => chat.put(end).finally(() => stored.resolve()),
    }));
    if (!goesOn) return createUIMessageStreamResponse({ stream });
    const [forReader, forStore] = stream.tee();
    void forStore.pipeTo(new WritableStream());
    return createUIMessageStreamResponse({ stream: forReader });
  }

  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}/api/chat`,
    settled: async () => {
      await Promise.all(running);
    },
    close: () => {
      ending.abort();
      return server.finished;
    },
  };
}

export interface ScreenOptions {
  id: string;
  messages?: UIMessage[];
  /** Whether only the newest message is sent, or all of them. */
  sends?: "last" | "all";
  sendAutomaticallyWhen?: (options: { messages: UIMessage[] }) => boolean;
}

/** What `useChat` holds, without React around it. */
export function screenOf(
  { url }: ChatServer,
  { id, messages, sends = "all", sendAutomaticallyWhen }: ScreenOptions,
): Chat<UIMessage> {
  return new Chat<UIMessage>({
    id,
    messages,
    sendAutomaticallyWhen,
    transport: new DefaultChatTransport({
      api: url,
      prepareSendMessagesRequest: sends === "last"
        ? lastMessageOnly
        : undefined,
    }),
  });
}

/** The messages as JSON has them: without members that are undefined. */
export function asJson(messages: readonly UIMessage[]): UIMessage[] {
  return JSON.parse(JSON.stringify(messages));
}
