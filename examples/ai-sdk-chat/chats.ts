/** Answers what a page sends, and keeps it. */
import type { ServerResponse } from "node:http";
import process from "node:process";
import {
  consumeStream,
  convertToModelMessages,
  generateId,
  pipeUIMessageStreamToResponse,
  streamText,
  toUIMessageStream,
  type UIMessage,
  validateUIMessages,
} from "ai";
import { createContinuum } from "supabase-continuum";
import {
  type ChatRequest,
  loadMessages,
  openChat,
  withStoreErrors,
} from "supabase-continuum/ai-sdk";
import { model } from "./model.ts";
import { signIn } from "./sign_in.ts";

const { SUPABASE_URL = "http://127.0.0.1:54321" } = process.env;
const {
  SUPABASE_PUBLISHABLE_KEY = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
} = process.env;

/** For all pages the same user. In an application, use the token of the request's user. */
const continuum = createContinuum({
  url: SUPABASE_URL,
  key: SUPABASE_PUBLISHABLE_KEY,
  accessToken: signIn(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY),
});

/** The answers that are being given, by chat. */
const running = new Map<string, AbortController>();

/** What a page shows when it is opened: the newest messages. */
export function load(chatId: string) {
  return loadMessages(continuum, chatId, { last: 100 });
}

/** Answers the body of a request of `useChat`. */
export async function answer(
  body: ChatRequest<UIMessage> & { id: string },
  response: ServerResponse,
): Promise<void> {
  const chat = await openChat(continuum, body.id, { last: 100 });
  const messages = await validateUIMessages({
    messages: await chat.receive(body),
  });
  const stopping = new AbortController();
  running.get(body.id)?.abort();
  running.set(body.id, stopping);
  const { stream } = streamText({
    model,
    messages: await convertToModelMessages(messages),
    abortSignal: stopping.signal,
  });
  await pipeUIMessageStreamToResponse({
    response,
    stream: withStoreErrors(toUIMessageStream({
      stream,
      originalMessages: chat.originalMessages,
      generateMessageId: generateId,
      onEnd: (end) => {
        if (running.get(body.id) === stopping) running.delete(body.id);
        return chat.put(end);
      },
    })),
    // The answer goes on, and is stored, if its page is closed.
    consumeSseStream: consumeStream,
  });
}

/** Ends an answer. What there is of it is stored. */
export function stop(chatId: string): void {
  running.get(chatId)?.abort();
}

/** Resolves when the log of a chat goes on after `seq`, such as with the answer that another page waited for. */
export async function changed(
  chatId: string,
  seq: number,
  signal: AbortSignal,
): Promise<void> {
  const rows = continuum.conversation(chatId).follow({ after: seq, signal });
  for await (const _ of rows) return;
}
