/** A made-up model, so that the example needs no account: put a call to yours in its place. */
import type { Message } from "supabase-continuum";

export function answerTo(messages: Message[]): Promise<string> {
  const said = messages.filter(({ role }) => role === "user");
  const count = said.length === 1 ? "one thing" : `${said.length} things`;
  return Promise.resolve(
    `You have told me ${count}. The last was: ${said.at(-1)?.content}`,
  );
}
